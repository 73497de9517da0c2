using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SecretsService.Audit;
using SecretsService.Contracts;
using SecretsService.Storage.Rows;

namespace SecretsService.Events;

/// <summary>The chain in an export, as far as it could be followed. Without the account's key nobody can tell the service's rows from others.</summary>
/// <param name="checkpoint">What the service has signed of it; null where there is nothing to compare with.</param>
internal sealed class ExportedChain(EventCheckpoint? checkpoint)
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    private readonly HashSet<string> _manifests = new(StringComparer.Ordinal);
    private ExportStart? _start;
    private byte[] _hash = [];
    private bool _isCheckpointMet;

    /// <summary>What the service has signed of it.</summary>
    public EventCheckpoint? Checkpoint { get; } = checkpoint;

    public Guid AccountId => _start?.AccountId ?? Guid.Empty;

    /// <summary>The place of the first record.</summary>
    public long FirstSeq => _start!.AfterSeq + 1;

    /// <summary>The place of the last sound record.</summary>
    public long Seq { get; private set; }

    /// <summary>How many rows were sound.</summary>
    public long Rows { get; private set; }

    /// <summary>Follows the chain in a file, line by line.</summary>
    /// <returns>What is wrong, in a sentence that names the first broken record; null where nothing is.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public async Task<string?> FollowAsync(string file)
    {
        using var reader = new StreamReader(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
        var number = 0;
        while (await NextAsync(reader) is { } line)
        {
            number++;
            try
            {
                if (await TakeAsync(line, reader) is { } problem)
                {
                    return problem;
                }
            }
            catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
            {
                return $"Line {number}, after record {Seq}, is no line of an export: the file was cut off or changed.";
            }
        }

        return _start is null ? "The file holds no export." : ProblemOfCheckpoint();
    }

    // The text takes part in hashes: where it is not UTF-8 it was changed.
    private static async Task<string?> NextAsync(StreamReader reader)
    {
        try
        {
            return await reader.ReadLineAsync();
        }
        catch (DecoderFallbackException)
        {
            return "";
        }
    }

    private async Task<string?> TakeAsync(string line, StreamReader reader)
    {
        using var json = JsonDocument.Parse(line);
        if (_start is null)
        {
            return Take(json.RootElement.Deserialize(ExportJson.Default.ExportStart)!);
        }

        if (json.RootElement.TryGetProperty("entries", out _))
        {
            Take(JsonSerializer.Deserialize(line, ExportJson.Default.ExportedManifest)!);
            return null;
        }

        var row = RowOf(line);
        if (row.AccountId != AccountId || !EventChain.Follows(Seq, _hash, row))
        {
            return Sentence(ChainFault.Of(Seq, _hash, row, await ReadLaterAsync(reader), _ => true));
        }

        return row.Manifest is not null && !_manifests.Contains(Convert.ToHexStringLower(row.Manifest)) ? Sentence(ChainFault.Manifest(row)) : Take(row);
    }

    private string? Take(ExportStart start)
    {
        (_start, Seq, _hash) = (start, start.AfterSeq, Convert.FromHexString(start.AfterHash));
        return Checkpoint is not null && Checkpoint.AccountId != start.AccountId
            ? $"The checkpoint is of the account {Checkpoint.AccountId}, the export of {start.AccountId}."
            : Compare();
    }

    private void Take(ExportedManifest manifest)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(manifest.Entries)));
        if (hash == manifest.Manifest)
        {
            _manifests.Add(hash);
        }
    }

    private string? Take(EventRow row)
    {
        (Seq, _hash) = (row.Seq, row.Hash);
        Rows++;
        return Compare();
    }

    private string? Compare()
    {
        if (Checkpoint is null || Seq != Checkpoint.Seq)
        {
            return null;
        }

        _isCheckpointMet = true;
        return Convert.ToHexStringLower(_hash) == Checkpoint.Hash
            ? null
            : $"Record {Seq} has another hash than the checkpoint says: it, or a record before it, is not the one that was there when the checkpoint was issued.";
    }

    private string? ProblemOfCheckpoint() =>
        Checkpoint is null || _isCheckpointMet ? null
        : Checkpoint.Seq < FirstSeq ? $"The checkpoint is of record {Checkpoint.Seq}, and the export begins after that: it says nothing of these records. Take a newer one."
        : Checkpoint.Seq > Seq ? $"The export ends with record {Seq}, and the checkpoint says that there were {Checkpoint.Seq}: records are missing at the end."
        : $"There is no record with the place {Checkpoint.Seq}, of which the checkpoint is: the records around it are not those that were there.";

    private static async Task<List<EventRow>> ReadLaterAsync(StreamReader reader)
    {
        var later = new List<EventRow>();
        while (later.Count < ChainFault.LooksAhead && await NextAsync(reader) is { } line)
        {
            try
            {
                later.Add(RowOf(line));
            }
            catch (Exception e) when (e is JsonException or FormatException)
            {
                // A manifest, or another fault, which is not the first one.
            }
        }

        return later;
    }

    private static string Sentence(ChainProblem problem) => problem.Id is { } id ? $"{problem.Message} (id {id})" : problem.Message;

    private static EventRow RowOf(string line)
    {
        var exported = JsonSerializer.Deserialize(line, ExportJson.Default.ExportedEvent)!;
        return new EventRow
        {
            AccountId = exported.AccountId,
            Seq = exported.Seq,
            Count = exported.Count,
            Id = exported.Id,
            Event = exported.Event,
            ActorType = exported.ActorType,
            ActorId = exported.ActorId,
            ActorName = exported.ActorName,
            ActorIp = exported.ActorIp,
            ResourceType = exported.ResourceType,
            ResourceId = exported.ResourceId,
            SiteId = exported.SiteId,
            EnvironmentId = exported.EnvironmentId,
            AppId = exported.AppId,
            Manifest = exported.Manifest is null ? null : Convert.FromHexString(exported.Manifest),
            Context = exported.Context,
            OccurredAt = DateTimeOffset.ParseExact(exported.OccurredAt, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
            Hash = Convert.FromHexString(exported.Hash),
            Tag = [],
        };
    }
}
