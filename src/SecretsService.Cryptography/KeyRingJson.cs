using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace SecretsService.Cryptography;

/// <summary>
/// The JSON of a key ring, read and written without a key ever being in a string or in a buffer that is not zeroed. Strict: a file that
/// protects everything is not the place for guesses.
/// </summary>
internal static class KeyRingJson
{
    private const string Form = """{"active":"ID","keys":{"ID":"KEY"}}""";

    private const string IdRule = "an id has 1 to 64 of the characters A-Z a-z 0-9 . _ - and begins with a letter or digit";

    // Every character of the text may be written as \uXXXX: some writers of JSON do so with '+'.
    private const int EscapedCharacterBytes = 6;

    // Base64 of 32 bytes, with its padding.
    private static readonly int KeyTextBytes = Base64.GetMaxEncodedToUtf8Length(KeyMaterial.SizeBytes);

    /// <summary>Reads a key ring.</summary>
    /// <exception cref="KeyRingFormatException">It is none.</exception>
    public static KeyRing Read(ReadOnlySpan<byte> utf8Json)
    {
        if (utf8Json.StartsWith(Encoding.UTF8.Preamble))
        {
            utf8Json = utf8Json[Encoding.UTF8.Preamble.Length..];
        }

        var keys = new OrderedDictionary<string, KeyEncryptionKey>(StringComparer.Ordinal);
        try
        {
            return new KeyRing(ReadRing(utf8Json, keys), keys);
        }
        catch (Exception e)
        {
            foreach (var key in keys.Values)
            {
                key.Dispose();
            }

            // What the reader says can repeat a part of the file; only the line is taken from it.
            if (e is JsonException json)
            {
                throw new KeyRingFormatException($"The key ring is not valid JSON (line {json.LineNumber + 1}); write it as {Form}.");
            }

            throw;
        }
    }

    /// <summary>Writes a key ring.</summary>
    /// <returns>The JSON, in a pinned array that the caller zeroes.</returns>
    public static byte[] Write(string activeId, IReadOnlyCollection<KeyEncryptionKey> keys)
    {
        // Long enough from the start: a buffer that grows leaves copies of keys behind.
        var longest = Form.Length + KeyEncryptionKeyId.MaxLength + (keys.Count * (Form.Length + KeyEncryptionKeyId.MaxLength + KeyTextBytes));
        var buffer = GC.AllocateArray<byte>(longest, pinned: true);
        var length = 0;
        try
        {
            Append("{\"active\":\""u8);
            AppendId(activeId);
            Append("\",\"keys\":{\""u8);
            var isFirst = true;
            foreach (var key in keys)
            {
                Append(isFirst ? default : ",\""u8);
                AppendId(key.Id);
                Append("\":\""u8);
                AppendKey(key.Key);
                Append("\""u8);
                isFirst = false;
            }

            Append("}}\n"u8);
            var json = GC.AllocateUninitializedArray<byte>(length, pinned: true);
            buffer.AsSpan(0, length).CopyTo(json);
            return json;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }

        void Append(ReadOnlySpan<byte> part)
        {
            part.CopyTo(buffer.AsSpan(length));
            length += part.Length;
        }

        // An id has no character that JSON escapes.
        void AppendId(string id) => length += Encoding.ASCII.GetBytes(id, buffer.AsSpan(length));

        void AppendKey(KeyMaterial key)
        {
            Span<byte> copy = stackalloc byte[KeyMaterial.SizeBytes];
            try
            {
                key.CopyTo(copy);
                Base64.EncodeToUtf8(copy, buffer.AsSpan(length), out _, out var written);
                length += written;
            }
            finally
            {
                CryptographicOperations.ZeroMemory(copy);
            }
        }
    }

    private static string ReadRing(ReadOnlySpan<byte> utf8Json, OrderedDictionary<string, KeyEncryptionKey> keys)
    {
        var reader = new Utf8JsonReader(utf8Json);
        reader.Read();
        Expect(reader.TokenType == JsonTokenType.StartObject, $"The key ring is not a JSON object; write it as {Form}.");
        string? activeId = null;
        var hasKeys = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (IsNamed(ref reader, "active"u8))
            {
                Expect(activeId is null, "The key ring has two members \"active\"; leave one.");
                reader.Read();
                Expect(IsId(ref reader), $"The \"active\" of the key ring is not an id; {IdRule}.");
                activeId = Encoding.ASCII.GetString(reader.ValueSpan);
            }
            else
            {
                Expect(IsNamed(ref reader, "keys"u8), $"The key ring has a member other than \"active\" and \"keys\"; write it as {Form}.");
                Expect(!hasKeys, "The key ring has two members \"keys\"; put all keys into one.");
                hasKeys = true;
                ReadKeys(ref reader, keys);
            }
        }

        // Throws on anything but white space behind the object.
        reader.Read();
        Expect(activeId is not null, $"The key ring does not say which key is active; write it as {Form}.");
        Expect(keys.Count > 0, $"The key ring has no key; write it as {Form}, with a key from openssl rand -base64 32.");
        Expect(keys.ContainsKey(activeId!), "The \"active\" id of the key ring is not among its keys; make it the id of one of them.");
        return activeId!;
    }

    private static void ReadKeys(ref Utf8JsonReader reader, OrderedDictionary<string, KeyEncryptionKey> keys)
    {
        reader.Read();
        Expect(reader.TokenType == JsonTokenType.StartObject, $"The \"keys\" of the key ring are not a JSON object; write it as {Form}.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var number = keys.Count + 1;
            Expect(IsId(ref reader), $"Key number {number} of the key ring has something else for an id; {IdRule}.");
            var id = Encoding.ASCII.GetString(reader.ValueSpan);
            Expect(!keys.ContainsKey(id), $"Key number {number} of the key ring has the id of an earlier one; give every key its own.");
            reader.Read();
            keys.Add(id, new KeyEncryptionKey(id, ReadKey(ref reader, number, keys.Values)));
        }
    }

    private static KeyMaterial ReadKey(ref Utf8JsonReader reader, int number, IEnumerable<KeyEncryptionKey> others)
    {
        Span<byte> buffer = stackalloc byte[EscapedCharacterBytes * KeyTextBytes];
        try
        {
            var key = buffer[..Decode(ref reader, buffer)];
            Expect(
                key.Length == KeyMaterial.SizeBytes,
                $"Key number {number} of the key ring is not base64 of exactly {KeyMaterial.SizeBytes} bytes; make one with openssl rand -base64 {KeyMaterial.SizeBytes}.");
            Expect(
                key.ContainsAnyExcept((byte)0),
                $"Key number {number} of the key ring is all zeros, a placeholder; make one with openssl rand -base64 {KeyMaterial.SizeBytes}.");
            Expect(!IsAmong(others, key), $"Key number {number} of the key ring is the same as an earlier one; make a key of its own for each id.");
            return new KeyMaterial(key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    // Decodes within the buffer and tells how many bytes came out: none from what is no base64 text.
    private static int Decode(ref Utf8JsonReader reader, scoped Span<byte> buffer)
    {
        if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length > buffer.Length)
        {
            return 0;
        }

        try
        {
            var text = buffer[..reader.CopyString(buffer)];
            return Base64.DecodeFromUtf8InPlace(text, out var written) == OperationStatus.Done ? written : 0;
        }
        catch (InvalidOperationException)
        {
            // An escape that is no character.
            return 0;
        }
    }

    private static bool IsAmong(IEnumerable<KeyEncryptionKey> others, ReadOnlySpan<byte> key)
    {
        Span<byte> copy = stackalloc byte[KeyMaterial.SizeBytes];
        try
        {
            foreach (var other in others)
            {
                other.Key.CopyTo(copy);
                if (CryptographicOperations.FixedTimeEquals(copy, key))
                {
                    return true;
                }
            }

            return false;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(copy);
        }
    }

    // A name or id is plain ASCII, and so written without escapes.
    private static bool IsNamed(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) => reader.ValueSpan.SequenceEqual(name);

    private static bool IsId(ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && KeyEncryptionKeyId.IsValid(reader.ValueSpan);

    private static void Expect(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new KeyRingFormatException(otherwise);
        }
    }
}
