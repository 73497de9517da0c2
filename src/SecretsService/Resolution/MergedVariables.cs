using System.Text;
using SecretsService.Formats;
using SecretsService.Contracts;
using SecretsService.Cryptography;

namespace SecretsService.Resolution;

/// <summary>
/// The variables of a target, with their values in the clear. They lie in one buffer that is zeroed on disposal; keep one no longer than an
/// answer takes to write. Add them in the order in which they are to be handed out.
/// </summary>
internal sealed class MergedVariables : IDisposable
{
    private readonly ZeroingBuffer _plaintext;
    private readonly List<(string Name, Candidate Secret, int Start, int Length)> _variables = [];
    private readonly List<string> _expired = [];
    private readonly List<string> _withheld = [];
    private readonly List<string> _warnings = [];
    private readonly FingerprintKey _fingerprints;

    /// <summary>Makes an empty map.</summary>
    /// <param name="origin">What it is made from.</param>
    /// <param name="capacityBytes">How many bytes all values take together, roughly.</param>
    /// <param name="fingerprints">The account's key for entity tags.</param>
    public MergedVariables(MapOrigin origin, int capacityBytes, FingerprintKey fingerprints)
    {
        Origin = origin;
        _plaintext = new ZeroingBuffer(capacityBytes);
        _fingerprints = fingerprints;
    }

    public MapOrigin Origin { get; }

    public int Count => _variables.Count;

    /// <summary>The variables that are left out because the value that decides has expired.</summary>
    public IReadOnlyList<string> Expired => _expired;

    /// <summary>The variables that are left out because of a tombstone.</summary>
    public IReadOnlyList<string> Withheld => _withheld;

    /// <summary>What the reader should know, without a value.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Where each variable comes from, in their order.</summary>
    public IEnumerable<KeyValuePair<string, VariableSource>> Sources => _variables.Select(v => KeyValuePair.Create(
        v.Name,
        new VariableSource { SecretId = v.Secret.Id, Scope = Origin.Show(v.Secret.Scope), Version = v.Secret.Version }));

    /// <summary>Where the next value is to be opened into.</summary>
    /// <param name="bytes">How many bytes it may take.</param>
    public Memory<byte> Free(int bytes) => _plaintext.GetMemory(bytes);

    /// <summary>Adds a variable whose value has been opened into <see cref="Free"/>.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="secret">The secret that gives it.</param>
    /// <param name="length">How many bytes its value has taken.</param>
    public void Add(string name, Candidate secret, int length)
    {
        _variables.Add((name, secret, _plaintext.Written.Length, length));
        _plaintext.Advance(length);
    }

    /// <summary>Adds a variable that a field of a typed secret gives.</summary>
    public void Add(string name, Candidate secret, string value) =>
        Add(name, secret, Encoding.UTF8.GetBytes(value, _plaintext.GetSpan(Encoding.UTF8.GetByteCount(value))));

    /// <summary>Says of a variable that the target does not get it, and why.</summary>
    public void LeaveOut(string name, ResolvedState state)
    {
        switch (state)
        {
            case ResolvedState.Expired:
                _expired.Add(name);
                break;
            case ResolvedState.Withheld:
                _withheld.Add(name);
                break;
            default:
                Warn($"{name} is reserved and was left out.");
                break;
        }
    }

    /// <summary>Adds a warning.</summary>
    public void Warn(string warning) => _warnings.Add(warning);

    /// <summary>Hands each variable to an action, sorted by name: its name, and its value in UTF-8.</summary>
    public void ForEach(Action<string, ReadOnlySpan<byte>> action)
    {
        foreach (var (name, _, start, length) in _variables)
        {
            action(name, _plaintext.Written.Span.Slice(start, length));
        }
    }

    /// <summary>The strong entity tag of an answer made from this map: it changes exactly when the answer does, and reveals nothing of it.</summary>
    public string TagOf(ReadOnlySpan<byte> answer) => _fingerprints.Tag(answer);

    public void Dispose() => _plaintext.Dispose();
}
