using System.Buffers;
using System.Text;
using SecretsService.Cryptography;
using SecretsService.Formats;
using SecretsService.Scopes;

namespace SecretsService.Resolution;

/// <summary>Which version of which secret gives a variable.</summary>
/// <param name="SecretId">The secret.</param>
/// <param name="Version">The version.</param>
/// <param name="Rung">How high the secret's scope stands for the target.</param>
/// <param name="Field">The field of the version's value that gives the variable; null where the whole value does.</param>
/// <param name="IsSecret">False for a plain variable, whose value lists and logs may show.</param>
internal readonly record struct ValueOrigin(Guid SecretId, int Version, Rung Rung, string? Field, bool IsSecret);

/// <summary>A variable with its value in the clear.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Origin">What gives it; null for one that is empty because nothing does.</param>
/// <param name="Value">Its value in UTF-8, for as long as the map lives that it is of.</param>
internal readonly record struct MergedVariable(string Name, ValueOrigin? Origin, ReadOnlyMemory<byte> Value)
{
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append(Name);
        return true;
    }
}

/// <summary>
/// The variables of a target, with their values in the clear. They lie in one buffer that is zeroed on disposal; keep one no longer than an
/// answer takes to write. Add them in the order in which they are to be handed out.
/// </summary>
internal sealed class MergedVariables : IDisposable
{
    private readonly ZeroingBuffer _plaintext;
    private readonly List<(string Name, ValueOrigin? Origin, int Start, int Length)> _variables = [];
    private readonly List<string> _expired = [];
    private readonly List<string> _withheld = [];
    private readonly Dictionary<string, string> _leftOut = new(StringComparer.Ordinal);
    private readonly List<string> _unreadable = [];
    private readonly List<string> _collisions = [];
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

    /// <summary>When the passing of time alone may change the map: the next expiry of a secret of its scopes. Null for never.</summary>
    public DateTimeOffset? ChangesAt { get; init; }

    public int Count => _variables.Count;

    /// <summary>The variables, in the order in which they were added. Their values move when another one is added.</summary>
    public IEnumerable<MergedVariable> All =>
        _variables.Select(v => new MergedVariable(v.Name, v.Origin, _plaintext.Written.Slice(v.Start, v.Length)));

    /// <summary>The variables that are left out because the value that decides has expired.</summary>
    public IReadOnlyList<string> Expired => _expired;

    /// <summary>The variables that are left out because of a tombstone.</summary>
    public IReadOnlyList<string> Withheld => _withheld;

    /// <summary>The variables that are left out because of their names, each with the warning that says so.</summary>
    public IReadOnlyDictionary<string, string> LeftOut => _leftOut;

    /// <summary>The secrets whose values do not open. None is in a map that is handed out.</summary>
    public IReadOnlyList<string> Unreadable => _unreadable;

    /// <summary>What there is to say of variables that two secrets would give.</summary>
    public IReadOnlyList<string> Collisions => _collisions;

    /// <summary>What the reader should know, without a value.</summary>
    public IReadOnlyList<string> Warnings => FrozenWarnings ?? [.. _leftOut.Values, .. _collisions];

    /// <summary>What the reader of a map that was frozen earlier should know: what there was to say then. Null for a map of today.</summary>
    public IReadOnlyList<string>? FrozenWarnings { get; init; }

    /// <summary>Where the next value is to be opened into.</summary>
    /// <param name="bytes">How many bytes it may take.</param>
    public Memory<byte> Free(int bytes) => _plaintext.GetMemory(bytes);

    /// <summary>Adds a variable whose value has been opened into <see cref="Free"/>.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="origin">What gives it; null for one that is empty because nothing does.</param>
    /// <param name="length">How many bytes its value has taken.</param>
    public void Add(string name, ValueOrigin? origin, int length)
    {
        _variables.Add((name, origin, _plaintext.Written.Length, length));
        _plaintext.Advance(length);
    }

    /// <summary>Adds a variable that a field of a typed secret gives.</summary>
    public void Add(string name, ValueOrigin origin, string value) =>
        Add(name, origin, Encoding.UTF8.GetBytes(value, _plaintext.GetSpan(Encoding.UTF8.GetByteCount(value))));

    /// <summary>Adds a variable that is empty because nothing gives it, where it belongs by its name.</summary>
    public void AddEmpty(string name)
    {
        var index = _variables.FindIndex(v => string.CompareOrdinal(v.Name, name) > 0);
        _variables.Insert(index < 0 ? _variables.Count : index, (name, null, 0, 0));
    }

    /// <summary>Says of a variable that the target does not get it because of its name.</summary>
    /// <param name="name">The variable.</param>
    /// <param name="warning">What to say of that: a sentence that begins with the name.</param>
    public void LeaveOut(string name, string warning) => _leftOut.Add(name, warning);

    /// <summary>Says of a variable that the target does not get it because the value that decides has expired.</summary>
    public void LeaveOutExpired(string name) => _expired.Add(name);

    /// <summary>Says of a variable that the target does not get it because of a tombstone.</summary>
    public void LeaveOutWithheld(string name) => _withheld.Add(name);

    /// <summary>Says of a secret that its value does not open.</summary>
    public void LeaveOutUnreadable(string secretName) => _unreadable.Add(secretName);

    /// <summary>Says of a variable that two secrets would give it.</summary>
    public void Warn(string collision) => _collisions.Add(collision);

    /// <summary>The strong entity tag of an answer made from this map: it changes exactly when the answer does, and reveals nothing of it.</summary>
    public string TagOf(ReadOnlySpan<byte> answer) => _fingerprints.Tag(answer);

    /// <summary>The tag of something else than an answer, which its label keeps apart from those.</summary>
    public string TagOf(ReadOnlySpan<byte> label, ReadOnlySpan<byte> content)
    {
        using var labelled = new ZeroingBuffer(label.Length + content.Length);
        labelled.Write(label);
        labelled.Write(content);
        return TagOf(labelled.Written.Span);
    }

    public void Dispose() => _plaintext.Dispose();
}
