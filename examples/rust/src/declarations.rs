//! The part of token_ranker.h that lib.rs calls. tests/python/test_declarations.py compares it with the header.
use std::ffi::{c_char, c_void};

#[repr(C)]
pub struct token_ranker_t {
    _private: [u8; 0],
}

#[repr(C)]
pub struct token_ranker_error {
    pub status: i32,
    pub reserved: u32,
    pub offset: u64,
    pub message: [u8; 240],
}

pub const OK: i32 = 0;
pub const BUFFER_TOO_SMALL: i32 = 2;
pub const UNKNOWN_ENCODING: i32 = 3;
pub const UNKNOWN_TOKEN: i32 = 4;
pub const ALL_SPECIAL: usize = usize::MAX;

extern "C" {
    pub fn token_ranker_version() -> *const c_char;
    pub fn token_ranker(name: *const c_char, name_size: usize, ranker: *mut *mut token_ranker_t, error: *mut token_ranker_error) -> i32;
    pub fn token_ranker_free(ranker: *mut token_ranker_t);
    pub fn token_ranker_encode(
        ranker: *const token_ranker_t, text: *const c_void, text_size: usize, allowed: *const u32, allowed_size: usize,
        tokens: *mut u32, tokens_capacity: usize, tokens_size: *mut usize, error: *mut token_ranker_error,
    ) -> i32;
    pub fn token_ranker_count(
        ranker: *const token_ranker_t, text: *const c_void, text_size: usize, allowed: *const u32, allowed_size: usize,
        limit: usize, count: *mut usize, error: *mut token_ranker_error,
    ) -> i32;
    pub fn token_ranker_decode(
        ranker: *const token_ranker_t, tokens: *const u32, tokens_size: usize,
        bytes: *mut c_void, bytes_capacity: usize, bytes_size: *mut usize, error: *mut token_ranker_error,
    ) -> i32;
}
