using System.Diagnostics.CodeAnalysis;

namespace SecretsService.Cryptography;

/// <summary>
/// A sealed value or a wrapped key does not open. There is one message for every reason (too short, of an unknown format, changed, moved to
/// another row, sealed under another key) and never an inner exception, so that neither an answer nor a log tells an attacker which check
/// failed.
/// </summary>
[SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "A message or an inner exception of the thrower's choice could tell which check failed.")]
public sealed class SealedValueException : Exception
{
    /// <summary>Makes the exception with its one message.</summary>
    public SealedValueException()
        : base("A sealed value or key cannot be opened: it was changed or moved outside of the service, or sealed under another key. Restore its row from a backup, or use the key ring that belongs to this database.")
    {
    }
}
