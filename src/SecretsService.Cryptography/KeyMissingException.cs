using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace SecretsService.Cryptography;

/// <summary>The key ring lacks the key encryption key that is needed: another key ring belongs to this database, or a key was taken out too early.</summary>
[SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "It says nothing without the id.")]
public sealed class KeyMissingException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="keyId">The id of the key that is missing.</param>
    /// <exception cref="ArgumentNullException">The id is <see langword="null"/>.</exception>
    public KeyMissingException(string keyId)
        : base(Describe(keyId)) => KeyId = keyId;

    /// <summary>The id of the key that is missing, as it was asked for: it may come from a row that was tampered with.</summary>
    public string KeyId { get; }

    // What is no id is not repeated, so that a row cannot write lines of its own into a log.
    private static string Describe(string keyId)
    {
        ArgumentNullException.ThrowIfNull(keyId);
        return KeyEncryptionKeyId.IsValid(Encoding.UTF8.GetBytes(keyId))
            ? $"The key ring lacks key '{keyId}'; add that key to it, or use the key ring that belongs to this database."
            : "The key ring lacks a key whose id is malformed; restore the row that names it from a backup.";
    }
}
