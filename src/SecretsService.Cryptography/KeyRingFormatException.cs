using System.Diagnostics.CodeAnalysis;

namespace SecretsService.Cryptography;

/// <summary>
/// What was given as a key ring is none. The message is one sentence that says what is wrong and what to do. It repeats nothing of the file,
/// not even an id, since whoever mistook one for the other may have put a key where an id belongs; keys are counted from 1 in the order of the
/// file.
/// </summary>
[SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "Made by the parser alone; an inner exception could hold a part of the file.")]
public sealed class KeyRingFormatException : Exception
{
    internal KeyRingFormatException(string message)
        : base(message)
    {
    }
}
