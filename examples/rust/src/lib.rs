//! A safe wrapper of libtoken_ranker: an [`Encoding`] frees its handle when dropped, and what fails is an [`Error`].
#[allow(non_camel_case_types)]
mod declarations;

use declarations as c;
pub use declarations::{UNKNOWN_ENCODING, UNKNOWN_TOKEN};
use std::{ffi::CStr, fmt, ptr};

/// A status of the library with its message, and the byte, line or index that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    pub status: i32,
    pub offset: u64,
    pub message: String,
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

pub type Result<T> = std::result::Result<T, Error>;

/// Which special tokens are recognised in text; the text of any other is ordinary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Special {
    None,
    All,
}

impl Special {
    fn allowed_size(self) -> usize {
        match self {
            Special::None => 0,
            Special::All => c::ALL_SPECIAL,
        }
    }
}

/// Vocabulary, pattern and special tokens. Never changes, so threads may share one.
pub struct Encoding {
    handle: *mut c::token_ranker_t,
}

// SAFETY: token_ranker.h, "Threads": any number of threads may use a handle at the same time.
unsafe impl Send for Encoding {}
unsafe impl Sync for Encoding {}

impl Drop for Encoding {
    fn drop(&mut self) {
        // SAFETY: made by `open`, released once; the borrow checker has ended every call.
        unsafe { c::token_ranker_free(self.handle) }
    }
}

impl Encoding {
    /// Opens an encoding inside the library, by its name or that of a model.
    pub fn open(name: &str) -> Result<Self> {
        let mut handle = ptr::null_mut();
        // SAFETY: the name has as many bytes as it says.
        checked(|error| unsafe { c::token_ranker(name.as_ptr().cast(), name.len(), &mut handle, error) })?;
        Ok(Encoding { handle })
    }

    /// Encodes text, any bytes.
    pub fn encode(&self, text: impl AsRef<[u8]>, special: Special) -> Result<Vec<u32>> {
        let text = text.as_ref();
        filled(text.len() / 3 + 8, |tokens, capacity, size, error| {
            // SAFETY: text and buffer have the sizes given; `allowed` is not read for these sizes.
            unsafe {
                c::token_ranker_encode(
                    self.handle, text.as_ptr().cast(), text.len(), ptr::null(), special.allowed_size(), tokens, capacity, size, error,
                )
            }
        })
    }

    /// Counts tokens, no further than `limit + 1`.
    pub fn count(&self, text: impl AsRef<[u8]>, special: Special, limit: usize) -> Result<usize> {
        let (text, mut count) = (text.as_ref(), 0);
        // SAFETY: as in `encode`.
        checked(|error| unsafe {
            c::token_ranker_count(
                self.handle, text.as_ptr().cast(), text.len(), ptr::null(), special.allowed_size(), limit, &mut count, error,
            )
        })?;
        Ok(count)
    }

    /// The bytes of tokens; they need not be UTF-8.
    pub fn decode(&self, tokens: &[u32]) -> Result<Vec<u8>> {
        filled(tokens.len() * 6, |bytes: *mut u8, capacity, size, error| {
            // SAFETY: tokens and buffer have the sizes given.
            unsafe { c::token_ranker_decode(self.handle, tokens.as_ptr(), tokens.len(), bytes.cast(), capacity, size, error) }
        })
    }
}

/// The version of the library.
pub fn version() -> &'static str {
    // SAFETY: static, NUL-terminated and ASCII.
    unsafe { CStr::from_ptr(c::token_ranker_version()) }.to_str().unwrap_or_default()
}

fn checked(call: impl FnOnce(*mut c::token_ranker_error) -> i32) -> Result<()> {
    let mut error = c::token_ranker_error { status: 0, reserved: 0, offset: 0, message: [0; 240] };
    if call(&mut error) == c::OK {
        return Ok(());
    }
    let message = error.message.split(|&byte| byte == 0).next().unwrap_or_default();
    Err(Error { status: error.status, offset: error.offset, message: String::from_utf8_lossy(message).into_owned() })
}

/// Calls with a buffer of the guessed capacity, and once more with the size that was needed if that was less.
fn filled<T>(guess: usize, mut call: impl FnMut(*mut T, usize, &mut usize, *mut c::token_ranker_error) -> i32) -> Result<Vec<T>> {
    let (mut buffer, mut size) = (Vec::with_capacity(guess), 0);
    let mut call_again = |buffer: &mut Vec<T>, size: &mut usize| checked(|error| call(buffer.as_mut_ptr(), buffer.capacity(), size, error));
    match call_again(&mut buffer, &mut size) {
        Err(error) if error.status == c::BUFFER_TOO_SMALL => {
            buffer.reserve_exact(size);
            call_again(&mut buffer, &mut size)?;
        }
        result => result?,
    }
    // SAFETY: on success the library has written `size` elements, which is at most the capacity.
    unsafe { buffer.set_len(size) };
    Ok(buffer)
}
