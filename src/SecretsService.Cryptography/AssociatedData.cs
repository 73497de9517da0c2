using System.Buffers.Binary;
using System.Text;

namespace SecretsService.Cryptography;

/// <summary>
/// Writes associated data: what a sealed thing is bound to. It is built from the row that is being read, never taken from what was stored,
/// so that a blob which was moved to another row does not open there.
/// </summary>
/// <remarks>
/// <code>
/// associated data := field(purpose) | field(format, 1 byte) | field | field | ...
/// field(x)        := { length of x in bytes (4, big-endian) | x }
/// </code>
/// The lengths make the encoding injective: no two different lists of fields give the same bytes. The purpose comes first, so that what is
/// sealed for one purpose never opens for another. None of it is secret.
/// </remarks>
internal ref struct AssociatedData
{
    /// <summary>
    /// Bytes of buffer that hold the associated data of every wrapped key, and of a value whose scope and name have up to 171 bytes together:
    /// a scope of two ids (90), say, and a name of up to 64.
    /// </summary>
    public const int TypicalBytes = 256;

    private const int LengthBytes = sizeof(int);
    private const int GuidBytes = 16;

    // A lone surrogate is refused and not replaced: two names or scopes must not become the same bytes.
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private Span<byte> _buffer;
    private int _length;

    /// <summary>Begins with the purpose and the format's version.</summary>
    /// <param name="buffer">Scratch, on the stack; replaced by an array when it turns out too short.</param>
    /// <param name="purpose">The label of one of the formats; no two formats share one.</param>
    public AssociatedData(Span<byte> buffer, ReadOnlySpan<byte> purpose)
    {
        _buffer = buffer;
        purpose.CopyTo(Field(purpose.Length));
        Field(1)[0] = SealedValue.FormatVersion;
    }

    /// <summary>The bytes so far.</summary>
    public readonly ReadOnlySpan<byte> Bytes => _buffer[.._length];

    /// <summary>Adds an id: 16 bytes in the order of RFC 9562, section 4 (big-endian), as it is written and as databases keep it.</summary>
    public void Add(Guid id) => id.TryWriteBytes(Field(GuidBytes), bigEndian: true, out _);

    /// <summary>Adds a number: 4 bytes, two's complement, big-endian.</summary>
    public void Add(int number) => BinaryPrimitives.WriteInt32BigEndian(Field(sizeof(int)), number);

    /// <summary>Adds text as UTF-8, as it is: neither case nor Unicode normalisation is changed.</summary>
    /// <exception cref="EncoderFallbackException">It has a surrogate without its pair.</exception>
    public void Add(string text) => Utf8.GetBytes(text, Field(Utf8.GetByteCount(text)));

    // Writes the length and gives the room for the content.
    private Span<byte> Field(int contentBytes)
    {
        var start = _length + LengthBytes;
        var end = checked(start + contentBytes);
        if (end > _buffer.Length)
        {
            var larger = new byte[Math.Max(end, 2 * _buffer.Length)];
            Bytes.CopyTo(larger);
            _buffer = larger;
        }

        BinaryPrimitives.WriteInt32BigEndian(_buffer[_length..], contentBytes);
        _length = end;
        return _buffer[start..end];
    }
}
