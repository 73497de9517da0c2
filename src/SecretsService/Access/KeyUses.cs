using System.Collections.Concurrent;

namespace SecretsService.Access;

/// <summary>Remembers when each API key was used last, until that is stored.</summary>
internal sealed class KeyUses
{
    private readonly ConcurrentDictionary<(Guid Account, Guid Key), DateTimeOffset> _latest = new();

    /// <summary>Notes that a key was used.</summary>
    public void Note(Guid accountId, Guid keyId, DateTimeOffset now) => _latest[(accountId, keyId)] = now;
}
