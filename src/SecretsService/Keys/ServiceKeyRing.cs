using SecretsService.Cryptography;

namespace SecretsService.Keys;

/// <summary>The key ring of this process. It is loaded, and checked against the database, before the first request is served.</summary>
internal sealed class ServiceKeyRing : IDisposable
{
    private KeyRing? _ring;

    /// <summary>The key ring.</summary>
    public KeyRing Current => _ring ?? throw new InvalidOperationException("[unexpected] a key was asked for before the key ring was loaded");

    /// <summary>Hands over the key ring that was loaded.</summary>
    public void Use(KeyRing ring) => _ring = ring;

    public void Dispose() => _ring?.Dispose();
}
