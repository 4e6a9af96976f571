//! Links libtoken_ranker from the folder of TOKEN_RANKER_LIBRARY.
use std::{env, path::PathBuf};

fn main() {
    println!("cargo:rerun-if-env-changed=TOKEN_RANKER_LIBRARY");
    let library = PathBuf::from(env::var("TOKEN_RANKER_LIBRARY").expect("TOKEN_RANKER_LIBRARY: the path of libtoken_ranker"));
    let folder = library.parent().expect("TOKEN_RANKER_LIBRARY: a file in a folder").display();
    println!("cargo:rustc-link-search=native={folder}");
    println!("cargo:rustc-link-lib=dylib=token_ranker");
    println!("cargo:rustc-link-arg=-Wl,-rpath,{folder}");
}
