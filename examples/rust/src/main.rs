//! Encode, count, decode, an error; dropping frees. Exits with an error if a token is not the expected one.
use token_ranker::{Encoding, Special, UNKNOWN_ENCODING, UNKNOWN_TOKEN};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = "Größe, 大きさ, size";
    let encoding = Encoding::open("o200k_base")?;

    let tokens = encoding.encode(text, Special::None)?;
    println!("{tokens:?}");
    assert_eq!(tokens, [3193, 52715, 11, 11520, 11852, 7500, 11, 2349]);
    assert_eq!(encoding.count(text, Special::None, usize::MAX)?, tokens.len());
    assert_eq!(encoding.count(text, Special::None, 3)?, 4);
    assert_eq!(String::from_utf8(encoding.decode(&tokens)?)?, text);
    assert_eq!(encoding.encode("<|endoftext|>", Special::All)?, [199999]);
    assert_eq!(encoding.encode([0xFF; 100], Special::None)?.len(), 100);

    let error = encoding.decode(&[2349, 4_000_000_000]).unwrap_err();
    println!("{error}");
    assert_eq!((error.status, error.offset), (UNKNOWN_TOKEN, 1));
    assert_eq!(Encoding::open("no_such_encoding").err().map(|error| error.status), Some(UNKNOWN_ENCODING));
    Ok(())
}
