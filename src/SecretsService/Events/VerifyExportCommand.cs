using System.Text.Json;
using SecretsService.Contracts;
using SecretsService.Cryptography;

namespace SecretsService.Events;

/// <summary>
/// What <c>--verify-export</c> does: verifies an export of an audit trail, with or without a checkpoint. It needs neither the database nor a key, and so can be
/// run where neither the service nor who runs it is trusted.
/// </summary>
internal static class VerifyExportCommand
{
    /// <summary>The command-line word. The export's file follows it.</summary>
    public const string Word = "--verify-export";

    private const string Usage = "Usage: --verify-export FILE [--checkpoint FILE] [--public-key BASE64]";
    private const string CheckpointWord = "--checkpoint";
    private const string PublicKeyWord = "--public-key";

    /// <summary>True where a command line asks for it.</summary>
    public static bool IsIn(IReadOnlyList<string> words) => words.Contains(Word, StringComparer.Ordinal);

    /// <summary>Runs it.</summary>
    /// <param name="words">The command line.</param>
    /// <param name="output">Takes what was found.</param>
    /// <param name="errors">Takes why it could not be looked for.</param>
    /// <returns>The exit code: 0 where the export, and the checkpoint, are sound; else 1.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> words, TextWriter output, TextWriter errors)
    {
        if (!TryReadWords(words, out var given))
        {
            await errors.WriteLineAsync(Usage);
            return 1;
        }

        try
        {
            var checkpoint = given.TryGetValue(CheckpointWord, out var file) ? await ReadCheckpointAsync(file) : null;
            var export = new ExportedChain(checkpoint);
            var problem = await export.FollowAsync(given[Word]) ?? ProblemOfSignature(checkpoint, given.GetValueOrDefault(PublicKeyWord));
            await WriteAsync(output, export, problem, isKeyGiven: given.ContainsKey(PublicKeyWord));
            return problem is null ? 0 : 1;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync($"A file cannot be read: {e.Message}");
            return 1;
        }
        catch (JsonException)
        {
            await errors.WriteLineAsync($"{given[CheckpointWord]} is no checkpoint: save the answer of GET /events/checkpoint as it is.");
            return 1;
        }
    }

    // Each word once, with what follows it; a key without a checkpoint would say nothing.
    private static bool TryReadWords(IReadOnlyList<string> words, out Dictionary<string, string> given)
    {
        given = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < words.Count; i += 2)
        {
            if (words[i] is not (Word or CheckpointWord or PublicKeyWord) || i + 1 == words.Count || !given.TryAdd(words[i], words[i + 1]))
            {
                return false;
            }
        }

        return given.ContainsKey(Word) && (given.ContainsKey(CheckpointWord) || !given.ContainsKey(PublicKeyWord));
    }

    // The answer as it came, or only what is in its data.
    private static async Task<EventCheckpoint> ReadCheckpointAsync(string file)
    {
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(file));
        var isObject = json.RootElement.ValueKind == JsonValueKind.Object;
        var data = isObject && json.RootElement.TryGetProperty("data", out var member) ? member : json.RootElement;
        return data.Deserialize(ContractsJson.Default.EventCheckpoint) ?? throw new JsonException();
    }

    private static string? ProblemOfSignature(EventCheckpoint? checkpoint, string? publicKey)
    {
        var text = publicKey ?? checkpoint?.PublicKey ?? "";
        var key = new byte[text.Length];
        return checkpoint is null ? null
            : !Convert.TryFromBase64String(text, key, out var length) ? "The public key is not base64: give the public_key of a checkpoint that you trust."
            : CheckpointText.IsSigned(checkpoint, key.AsSpan(0, length)) ? null
            : publicKey is null ? "The checkpoint's signature is wrong: the checkpoint was changed after it was issued."
            : "The checkpoint's signature is wrong: it was not issued under the public key that you gave, or was changed since.";
    }

    private static async Task WriteAsync(TextWriter output, ExportedChain export, string? problem, bool isKeyGiven)
    {
        if (problem is not null)
        {
            await output.WriteLineAsync($"BROKEN: {problem}");
        }

        await output.WriteLineAsync(export.Rows == 0
            ? "No record of the export is sound, or it holds none."
            : $"Account {export.AccountId}: records {export.FirstSeq} to {export.Seq} follow from each other.");
        if (problem is null)
        {
            await output.WriteLineAsync(AssuranceOf(export, isKeyGiven));
        }
    }

    private static string AssuranceOf(ExportedChain export, bool isKeyGiven) => (export.Checkpoint, isKeyGiven) switch
    {
        (null, _) => "There was no checkpoint to compare with: a trail that was set back, cut off or computed anew as a whole would look the same.",
        ({ } checkpoint, true) => $"The checkpoint of {checkpoint.IssuedAt:u} at record {checkpoint.Seq} agrees, and its signature is that of the public key that you gave.",
        ({ } checkpoint, false) => $"The checkpoint of {checkpoint.IssuedAt:u} at record {checkpoint.Seq} agrees, and its signature is that of the public key within it "
            + $"({CheckpointKey.IdOf(Convert.FromBase64String(checkpoint.PublicKey))}), which was taken on trust: give the key that you know with --public-key.",
    };
}
