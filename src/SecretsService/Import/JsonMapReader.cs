using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using SecretsService.Contracts;
using SecretsService.Outcomes;
using SecretsService.Secrets;

namespace SecretsService.Import;

/// <summary>Reads a JSON object of keys and values by I-JSON (RFC 7493). Nothing is converted: a number is no text.</summary>
internal static class JsonMapReader
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = ContractsJson.MaxDepth, AllowDuplicateProperties = false };

    /// <summary>Reads a file.</summary>
    /// <param name="utf8">The file, with a byte order mark or without.</param>
    /// <param name="isReserved">Tells a reserved name, in whatever letter case.</param>
    /// <param name="maxEntries">The most keys that the file may hold.</param>
    /// <returns>
    /// The file; a malformed failure where it is not I-JSON or no object; else an invalid one with a field for each key at fault, which is the
    /// key where it is a name, and <c>entry N</c> where it is none. No message holds a part of a value.
    /// </returns>
    public static Outcome<ImportFile> Read(ReadOnlyMemory<byte> utf8, Func<string, bool> isReserved, int maxEntries)
    {
        if (FirstFaultyByte(utf8.Span) is { } position)
        {
            return Failure.Malformed($"The file is not valid UTF-8: see its byte {position + 1}. Save it as UTF-8.");
        }

        try
        {
            using var document = JsonDocument.Parse(WithoutByteOrderMark(utf8), Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Read(document.RootElement, new ImportFileBuilder(isReserved, maxEntries))
                : Failure.Malformed("The file must be a JSON object of keys and values.");
        }
        catch (JsonException e)
        {
            return Failure.Malformed(Explain(e));
        }
        catch (InvalidOperationException)
        {
            return Failure.Malformed("A key within the file has half of a surrogate pair, which is no Unicode text.");
        }
    }

    private static Outcome<ImportFile> Read(JsonElement root, ImportFileBuilder file)
    {
        var number = 0;
        foreach (var member in root.EnumerateObject())
        {
            number++;
            var key = member.Name;
            var isName = SecretName.IsName(key);
            var place = new ImportPlace(isName ? key : $"entry {number}", null, null);
            if (!isName)
            {
                file.Refuse(place, "The key is no name. " + SecretName.Rule);
            }

            var value = Read(member.Value, place, file);
            if (isName && value is not null)
            {
                file.Add(key, value, place);
            }
        }

        return file.Finish();
    }

    private static ImportValue? Read(JsonElement value, ImportPlace place, ImportFileBuilder file)
    {
        try
        {
            switch (value.ValueKind)
            {
                case JsonValueKind.String:
                    return new ImportValue(value.GetString()!);
                case JsonValueKind.Object:
                    return new ImportValue(CompactJson.Of(value), IsObject: true);
                default:
                    file.Refuse(place, WhatToWrite(value.ValueKind));
                    return null;
            }
        }
        catch (InvalidOperationException)
        {
            file.Refuse(place, "Must be Unicode text: it has half of a surrogate pair. Write both halves, or the character itself.");
            return null;
        }
    }

    private static string WhatToWrite(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Number => "Must be a string, not a number: write it in quotes, as in \"8080\".",
        JsonValueKind.True or JsonValueKind.False => "Must be a string, not true or false: write it in quotes, as in \"true\".",
        JsonValueKind.Null => "Must be a string, not null: leave the key out, or write \"\" for an empty value.",
        _ => "Must be a string, not an array: write its text in quotes.",
    };

    private static ReadOnlyMemory<byte> WithoutByteOrderMark(ReadOnlyMemory<byte> utf8) =>
        utf8.Span.StartsWith(Encoding.UTF8.Preamble) ? utf8[Encoding.UTF8.Preamble.Length..] : utf8;

    private static int? FirstFaultyByte(ReadOnlySpan<byte> utf8)
    {
        if (Utf8.IsValid(utf8))
        {
            return null;
        }

        var characters = new char[utf8.Length];
        _ = Utf8.ToUtf16(utf8, characters, out var read, out _, replaceInvalidSequences: false);
        Array.Clear(characters);
        return read;
    }

    // Not e.Message: it quotes the text.
    private static string Explain(JsonException e) => e.LineNumber is null
        ? $"The file is not JSON as this service reads it: a key stands twice in one object, or it nests more than {ContractsJson.MaxDepth} levels deep."
        : $"The file is not JSON as this service reads it: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}. "
          + $"Check the syntax there; no key may stand twice in one object, and nothing may nest more than {ContractsJson.MaxDepth} levels deep.";
}
