//! Zig: encode, count, decode, an error; `defer` frees. Returns an error if a token is not the expected one.
const std = @import("std");
/// token_ranker.h, translated by `zig translate-c` (run.sh).
const c = @import("token_ranker");

const Failure = error{ UnknownEncoding, UnknownToken, Failed };

/// What a status is in Zig; the message stays in `story`.
fn checked(status: c.token_ranker_status) Failure!void {
    return switch (status) {
        c.TOKEN_RANKER_OK => {},
        c.TOKEN_RANKER_UNKNOWN_ENCODING => Failure.UnknownEncoding,
        c.TOKEN_RANKER_UNKNOWN_TOKEN => Failure.UnknownToken,
        else => Failure.Failed,
    };
}

/// Vocabulary, pattern and special tokens. Never changes: threads may share one.
const Encoding = struct {
    handle: *c.token_ranker_t,

    fn open(name: []const u8, story: *c.token_ranker_error) Failure!Encoding {
        var handle: ?*c.token_ranker_t = null;
        try checked(c.token_ranker(name.ptr, name.len, &handle, story));
        return .{ .handle = handle.? };
    }

    fn close(self: Encoding) void {
        c.token_ranker_free(self.handle);
    }

    /// The caller frees the tokens. A text has never more tokens than bytes.
    fn encode(self: Encoding, allocator: std.mem.Allocator, text: []const u8, story: *c.token_ranker_error) ![]u32 {
        const tokens = try allocator.alloc(u32, text.len);
        errdefer allocator.free(tokens);
        var size: usize = 0;
        try checked(c.token_ranker_encode(self.handle, text.ptr, text.len, null, 0, tokens.ptr, tokens.len, &size, story));
        return allocator.realloc(tokens, size);
    }

    fn count(self: Encoding, text: []const u8, limit: usize, story: *c.token_ranker_error) Failure!usize {
        var size: usize = 0;
        try checked(c.token_ranker_count(self.handle, text.ptr, text.len, null, 0, limit, &size, story));
        return size;
    }

    /// The caller frees the bytes. The first call asks how many there are.
    fn decode(self: Encoding, allocator: std.mem.Allocator, tokens: []const u32, story: *c.token_ranker_error) ![]u8 {
        var size: usize = 0;
        const status = c.token_ranker_decode(self.handle, tokens.ptr, tokens.len, null, 0, &size, story);
        if (status != c.TOKEN_RANKER_BUFFER_TOO_SMALL) try checked(status);
        const bytes = try allocator.alloc(u8, size);
        errdefer allocator.free(bytes);
        try checked(c.token_ranker_decode(self.handle, tokens.ptr, tokens.len, bytes.ptr, bytes.len, &size, story));
        return bytes;
    }
};

test "tokens" {
    const allocator = std.testing.allocator;
    const text = "Größe, 大きさ, size";
    var story: c.token_ranker_error = undefined;
    const encoding = try Encoding.open("o200k_base", &story);
    defer encoding.close();

    const tokens = try encoding.encode(allocator, text, &story);
    defer allocator.free(tokens);
    std.debug.print("{any}\n", .{tokens});
    try std.testing.expectEqualSlices(u32, &.{ 3193, 52715, 11, 11520, 11852, 7500, 11, 2349 }, tokens);
    try std.testing.expectEqual(4, try encoding.count(text, 3, &story));
    const bytes = try encoding.decode(allocator, tokens, &story);
    defer allocator.free(bytes);
    try std.testing.expectEqualStrings(text, bytes);

    try std.testing.expectError(Failure.UnknownToken, encoding.decode(allocator, &.{ 2349, 4000000000 }, &story));
    std.debug.print("{s}\n", .{std.mem.sliceTo(&story.message, 0)});
    try std.testing.expectEqual(1, story.offset);
    try std.testing.expectError(Failure.UnknownEncoding, Encoding.open("no_such_encoding", &story));
}
