using SecretsService.Outcomes;

namespace SecretsService.SecretTypes;

/// <summary>Gathers what is wrong with a schema: each fault once, behind the JSON pointer of its place.</summary>
internal sealed class SchemaFaults
{
    private const int LongestPointer = 256;

    private readonly HashSet<string> _faults = new(StringComparer.Ordinal);

    public bool IsEmpty => _faults.Count == 0;

    /// <summary>True where no more faults are listed, so that reading on is of no use.</summary>
    public bool IsFull => _faults.Count >= TypeLimits.Faults;

    /// <summary>Adds a fault that is not known yet.</summary>
    /// <param name="pointer">Where: a JSON pointer (RFC 6901), empty for the root.</param>
    /// <param name="fault">What is wrong and what to do.</param>
    public void Add(string pointer, string fault)
    {
        if (!IsFull)
        {
            _faults.Add(pointer.Length == 0 ? fault : $"{Shorten(pointer)}: {fault}");
        }
    }

    public Failure ToFailure()
    {
        var errors = new FieldErrors();
        foreach (var fault in _faults)
        {
            errors.Add("schema", fault);
        }

        return Failure.Invalid(errors);
    }

    private static string Shorten(string pointer) =>
        pointer.Length <= LongestPointer ? pointer : string.Concat(pointer.AsSpan(0, LongestPointer), "...");
}
