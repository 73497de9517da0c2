using System.Text;
using System.Text.Json;
using SecretsService.Access;
using SecretsService.Cryptography;
using SecretsService.Storage.Rows;

namespace SecretsService.Audit;

/// <summary>Makes rows of the journal, and tells those that the service made from others.</summary>
internal static class EventJournal
{
    private const string Purpose = "event journal v1";

    /// <summary>The kinds of actors.</summary>
    public const string ApiKey = "api_key";

    /// <inheritdoc cref="ApiKey"/>
    public const string DeploymentToken = "deployment_token";

    /// <inheritdoc cref="ApiKey"/>
    public const string SystemActor = "system";

    /// <inheritdoc cref="ApiKey"/>
    public const string Anonymous = "anonymous";

    /// <summary>Makes a record.</summary>
    /// <param name="caller">Who did it.</param>
    /// <param name="name">What was done: one of <see cref="EventNames"/>.</param>
    /// <param name="subject">To what.</param>
    /// <param name="context">Names and versions; never a value.</param>
    /// <param name="now">When.</param>
    public static EventRecord Record(
        Caller caller, string name, EventSubject subject, IReadOnlyDictionary<string, object> context, DateTimeOffset now) =>
        new()
        {
            Id = Guid.CreateVersion7(now),
            Event = name,
            ActorType = caller.IsSystem ? SystemActor : caller.IsAnonymous ? Anonymous : caller.DeploymentId is null ? ApiKey : DeploymentToken,
            ActorId = caller.IsSystem || caller.IsAnonymous ? null : caller.ApiKeyId,
            ActorName = caller.ApiKeyName,
            Ip = caller.Ip,
            ResourceType = subject.Type,
            ResourceId = subject.Id,
            SiteId = subject.SiteId,
            EnvironmentId = subject.EnvironmentId,
            AppId = subject.AppId,
            Context = JsonSerializer.SerializeToElement(context),
            OccurredAt = now,
        };

    /// <summary>Makes the row that stores records.</summary>
    /// <param name="accountId">The account that they belong to.</param>
    /// <param name="id">The row's id (UUIDv7).</param>
    /// <param name="records">The records.</param>
    /// <param name="key">The account's key.</param>
    public static EventJournalRow Row(Guid accountId, Guid id, IReadOnlyList<EventRecord> records, FingerprintKey key)
    {
        var text = JsonSerializer.Serialize(records, JournalJson.Default.IReadOnlyListEventRecord);
        return new EventJournalRow { AccountId = accountId, Id = id, Records = text, Tag = TagOf(accountId, id, Encoding.UTF8.GetBytes(text), key) };
    }

    /// <summary>The tag that a row must have.</summary>
    /// <param name="accountId">The row's account.</param>
    /// <param name="id">The row's id.</param>
    /// <param name="records">Its records, as they are stored.</param>
    /// <param name="key">The account's key.</param>
    public static byte[] TagOf(Guid accountId, Guid id, ReadOnlySpan<byte> records, FingerprintKey key)
    {
        var content = new byte[32 + records.Length];
        accountId.TryWriteBytes(content, bigEndian: true, out _);
        id.TryWriteBytes(content.AsSpan(16), bigEndian: true, out _);
        records.CopyTo(content.AsSpan(32));
        return key.Authenticate(Purpose, content);
    }
}
