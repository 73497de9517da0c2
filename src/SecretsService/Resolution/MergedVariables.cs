using System.Buffers;
using System.Security.Cryptography;
using SecretsService.Cryptography;
using SecretsService.Scopes;

namespace SecretsService.Resolution;

/// <summary>What a merged map was made from.</summary>
/// <param name="Site">The slug of the site.</param>
/// <param name="SiteId">The site.</param>
/// <param name="Environment">The slug of the environment.</param>
/// <param name="EnvironmentId">The environment.</param>
/// <param name="EnvironmentType">The environment's type.</param>
/// <param name="Revision">The account's revision within the snapshot.</param>
internal sealed record MapOrigin(string Site, Guid SiteId, string Environment, Guid EnvironmentId, string EnvironmentType, long Revision)
{
    /// <summary>What precedence goes by.</summary>
    public Target Target => new(EnvironmentType, SiteId, AppId: null, EnvironmentId);
}

/// <summary>
/// The variables of a target, with their values in the clear. They lie in one buffer that is zeroed on disposal; keep one no longer than an
/// answer takes to write.
/// </summary>
internal sealed class MergedVariables : IDisposable
{
    private readonly byte[] _plaintext;
    private readonly List<(string Name, int Start, int Length)> _variables = [];
    private readonly List<string> _warnings = [];
    private readonly FingerprintKey _fingerprints;
    private int _used;

    /// <summary>Makes an empty map.</summary>
    /// <param name="origin">What it is made from.</param>
    /// <param name="capacityBytes">How many bytes all values take together, or more.</param>
    /// <param name="fingerprints">The account's key for entity tags.</param>
    public MergedVariables(MapOrigin origin, int capacityBytes, FingerprintKey fingerprints)
    {
        Origin = origin;
        _plaintext = ArrayPool<byte>.Shared.Rent(capacityBytes);
        _fingerprints = fingerprints;
    }

    public MapOrigin Origin { get; }

    public int Count => _variables.Count;

    /// <summary>What the reader should know, without a value.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Where the next value is to be opened into.</summary>
    public Memory<byte> Free => _plaintext.AsMemory(_used);

    /// <summary>Adds a variable.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="length">How many bytes of <see cref="Free"/> its value has taken.</param>
    public void Add(string name, int length)
    {
        _variables.Add((name, _used, length));
        _used += length;
    }

    /// <summary>Adds a warning.</summary>
    public void Warn(string warning) => _warnings.Add(warning);

    /// <summary>Hands each variable to an action, sorted by name: its name, and its value in UTF-8.</summary>
    public void ForEach(Action<string, ReadOnlySpan<byte>> action)
    {
        foreach (var (name, start, length) in _variables)
        {
            action(name, _plaintext.AsSpan(start, length));
        }
    }

    /// <summary>The strong entity tag of an answer made from this map: it changes exactly when the answer does, and reveals nothing of it.</summary>
    public string TagOf(ReadOnlySpan<byte> answer) => _fingerprints.Tag(answer);

    public void Dispose()
    {
        // All of it: a value that failed halfway is counted nowhere.
        CryptographicOperations.ZeroMemory(_plaintext);
        ArrayPool<byte>.Shared.Return(_plaintext);
    }
}
