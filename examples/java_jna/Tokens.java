import com.sun.jna.IntegerType;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.ptr.PointerByReference;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Java 11 and later, through JNA. Exits with 1 if a token is not the expected one. */
public class Tokens {
  /** The functions of token_ranker.h that are used here. */
  public interface TokenRanker extends Library {
    TokenRanker LIBRARY = Native.load(System.getenv("TOKEN_RANKER_LIBRARY"), TokenRanker.class);

    int token_ranker(byte[] name, SizeT name_size, PointerByReference ranker, Failure error);

    void token_ranker_free(Pointer ranker);

    int token_ranker_encode(
        Pointer ranker, byte[] text, SizeT text_size, int[] allowed, SizeT allowed_size,
        int[] tokens, SizeT tokens_capacity, SizeTByReference tokens_size, Failure error);

    int token_ranker_count(
        Pointer ranker, byte[] text, SizeT text_size, int[] allowed, SizeT allowed_size,
        SizeT limit, SizeTByReference count, Failure error);

    int token_ranker_decode(
        Pointer ranker, int[] tokens, SizeT tokens_size, byte[] bytes, SizeT bytes_capacity, SizeTByReference bytes_size, Failure error);
  }

  public static final class SizeT extends IntegerType {
    private static final long serialVersionUID = 1;

    public SizeT() {
      this(0);
    }

    public SizeT(long value) {
      super(Native.SIZE_T_SIZE, value, true);
    }
  }

  public static final class SizeTByReference extends com.sun.jna.ptr.ByReference {
    public SizeTByReference() {
      super(Native.SIZE_T_SIZE);
    }

    public int get() {
      return Math.toIntExact(Native.SIZE_T_SIZE == 8 ? getPointer().getLong(0) : getPointer().getInt(0));
    }
  }

  /** token_ranker_error. */
  @Structure.FieldOrder({"status", "reserved", "offset", "message"})
  public static final class Failure extends Structure {
    public int status, reserved;
    public long offset;
    public byte[] message = new byte[240];
  }

  static final int BUFFER_TOO_SMALL = 2, UNKNOWN_ENCODING = 3, UNKNOWN_TOKEN = 4;

  /** A status of the library with its message, and the byte, line or index that it is about. */
  static final class TokenRankerException extends RuntimeException {
    private static final long serialVersionUID = 1;
    final int status;
    final long offset;

    TokenRankerException(Failure error) {
      super(Native.toString(error.message, StandardCharsets.UTF_8));
      status = error.status;
      offset = error.offset;
    }
  }

  /** Never changes: threads may share one until it is closed. */
  static final class Encoding implements AutoCloseable {
    private final Pointer handle;

    /** Opens an encoding inside the library, by its name or that of a model. */
    Encoding(String name) {
      byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
      PointerByReference out = new PointerByReference();
      Failure error = new Failure();
      check(TokenRanker.LIBRARY.token_ranker(bytes, new SizeT(bytes.length), out, error), error);
      handle = out.getValue();
    }

    /** Encodes text as ordinary. */
    int[] encode(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      int[] tokens = new int[bytes.length];
      SizeTByReference size = new SizeTByReference();
      Failure error = new Failure();
      SizeT room = new SizeT(bytes.length); // a text has never more tokens than bytes
      check(TokenRanker.LIBRARY.token_ranker_encode(handle, bytes, room, null, new SizeT(0), tokens, room, size, error), error);
      return Arrays.copyOf(tokens, size.get());
    }

    /** Counts tokens, no further than limit + 1. */
    int count(String text, long limit) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      SizeTByReference count = new SizeTByReference();
      Failure error = new Failure();
      SizeT size = new SizeT(bytes.length);
      check(TokenRanker.LIBRARY.token_ranker_count(handle, bytes, size, null, new SizeT(0), new SizeT(limit), count, error), error);
      return count.get();
    }

    /** The bytes of tokens; they need not be UTF-8. The first call asks how many there are. */
    byte[] decode(int... tokens) {
      SizeTByReference size = new SizeTByReference();
      Failure error = new Failure();
      SizeT tokensSize = new SizeT(tokens.length);
      int status = TokenRanker.LIBRARY.token_ranker_decode(handle, tokens, tokensSize, null, new SizeT(0), size, error);
      if (status != BUFFER_TOO_SMALL) check(status, error);
      byte[] bytes = new byte[size.get()];
      check(TokenRanker.LIBRARY.token_ranker_decode(handle, tokens, tokensSize, bytes, new SizeT(bytes.length), size, error), error);
      return bytes;
    }

    @Override
    public void close() {
      TokenRanker.LIBRARY.token_ranker_free(handle);
    }
  }

  private static void check(int status, Failure error) {
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
      require(encoding.count(text, 1000) == tokens.length && encoding.count(text, 3) == 4, "count");
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
