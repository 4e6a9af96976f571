import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** Java 22 and later, through the foreign-function API. Exits with 1 if a token is not the expected one. */
public class Tokens {
  private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong SIZE = ValueLayout.JAVA_LONG;
  private static final MemoryLayout POINTER = ValueLayout.ADDRESS;
  private static final SymbolLookup LIBRARY = SymbolLookup.libraryLookup(Path.of(System.getenv("TOKEN_RANKER_LIBRARY")), Arena.global());

  // The functions of token_ranker.h that are used here.
  private static final MethodHandle OPEN = function("token_ranker", I32, POINTER, SIZE, POINTER, POINTER);
  private static final MethodHandle ENCODE =
      function("token_ranker_encode", I32, POINTER, POINTER, SIZE, POINTER, SIZE, POINTER, SIZE, POINTER, POINTER);
  private static final MethodHandle COUNT =
      function("token_ranker_count", I32, POINTER, POINTER, SIZE, POINTER, SIZE, SIZE, POINTER, POINTER);
  private static final MethodHandle DECODE = function("token_ranker_decode", I32, POINTER, POINTER, SIZE, POINTER, SIZE, POINTER, POINTER);
  private static final MethodHandle FREE =
      Linker.nativeLinker().downcallHandle(LIBRARY.find("token_ranker_free").orElseThrow(), FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));

  static final int BUFFER_TOO_SMALL = 2, UNKNOWN_ENCODING = 3, UNKNOWN_TOKEN = 4;

  private static MethodHandle function(String name, MemoryLayout result, MemoryLayout... parameters) {
    return Linker.nativeLinker().downcallHandle(LIBRARY.find(name).orElseThrow(), FunctionDescriptor.of(result, parameters));
  }

  /** A status of the library with its message, and the byte, line or index that it is about. */
  static final class TokenRankerException extends RuntimeException {
    private static final long serialVersionUID = 1;
    final int status;
    final long offset;

    TokenRankerException(MemorySegment error) {
      super(error.getString(16));
      status = error.get(ValueLayout.JAVA_INT, 0);
      offset = error.get(ValueLayout.JAVA_LONG, 8);
    }
  }

  /** Never changes: threads may share one until it is closed. */
  static final class Encoding implements AutoCloseable {
    private final MemorySegment handle;

    /** Opens an encoding inside the library, by its name or that of a model. */
    Encoding(String name) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment text = bytes(arena, name.getBytes(StandardCharsets.UTF_8));
        MemorySegment out = arena.allocate(ValueLayout.ADDRESS), error = arena.allocate(256, 8);
        check((int) invoke(OPEN, text, text.byteSize(), out, error), error);
        handle = out.get(ValueLayout.ADDRESS, 0);
      }
    }

    /** Encodes text as ordinary. */
    int[] encode(String string) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment text = bytes(arena, string.getBytes(StandardCharsets.UTF_8));
        MemorySegment tokens = arena.allocate(I32, text.byteSize()), size = arena.allocate(SIZE), error = arena.allocate(256, 8);
        check((int) invoke(ENCODE, handle, text, text.byteSize(), MemorySegment.NULL, 0L, tokens, text.byteSize(), size, error), error);
        return tokens.asSlice(0, 4 * size.get(SIZE, 0)).toArray(I32);
      }
    }

    /** Counts tokens, no further than limit + 1. */
    long count(String string, long limit) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment text = bytes(arena, string.getBytes(StandardCharsets.UTF_8));
        MemorySegment count = arena.allocate(SIZE), error = arena.allocate(256, 8);
        check((int) invoke(COUNT, handle, text, text.byteSize(), MemorySegment.NULL, 0L, limit, count, error), error);
        return count.get(SIZE, 0);
      }
    }

    /** The bytes of tokens; they need not be UTF-8. The first call asks how many there are. */
    byte[] decode(int... numbers) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment tokens = arena.allocateFrom(I32, numbers), size = arena.allocate(SIZE), error = arena.allocate(256, 8);
        int status = (int) invoke(DECODE, handle, tokens, (long) numbers.length, MemorySegment.NULL, 0L, size, error);
        if (status != BUFFER_TOO_SMALL) check(status, error);
        MemorySegment bytes = arena.allocate(size.get(SIZE, 0));
        check((int) invoke(DECODE, handle, tokens, (long) numbers.length, bytes, bytes.byteSize(), size, error), error);
        return bytes.toArray(ValueLayout.JAVA_BYTE);
      }
    }

    @Override
    public void close() {
      invoke(FREE, handle);
    }
  }

  private static MemorySegment bytes(Arena arena, byte[] bytes) {
    return arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
  }

  private static Object invoke(MethodHandle function, Object... arguments) {
    try {
      return function.invokeWithArguments(arguments);
    } catch (Throwable thrown) {
      throw new IllegalStateException(thrown);
    }
  }

  private static void check(int status, MemorySegment error) {
    if (status != 0) throw new TokenRankerException(error);
  }

  private static void require(boolean condition, String what) {
    if (!condition) throw new AssertionError(what);
  }

  public static void main(String[] arguments) {
    String text = "Größe, 大きさ, size";
    try (Encoding encoding = new Encoding("o200k_base")) {
      int[] tokens = encoding.encode(text);
      System.out.println(Arrays.toString(tokens));
      require(Arrays.equals(tokens, new int[] {3193, 52715, 11, 11520, 11852, 7500, 11, 2349}), "encode");
      require(encoding.count(text, -1) == tokens.length && encoding.count(text, 3) == 4, "count");
      require(new String(encoding.decode(tokens), StandardCharsets.UTF_8).equals(text), "decode");
      try {
        encoding.decode(2349, -1);
        require(false, "decode of no token");
      } catch (TokenRankerException error) {
        System.out.println(error.getMessage());
        require(error.status == UNKNOWN_TOKEN && error.offset == 1, "error of decode");
      }
    }
    try {
      new Encoding("no_such_encoding").close();
      require(false, "open of no encoding");
    } catch (TokenRankerException error) {
      require(error.status == UNKNOWN_ENCODING, "error of open");
    }
  }
}
