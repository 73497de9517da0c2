namespace SecretsService.Cryptography;

/// <summary>
/// A key of an account as it is stored: wrapped by a key encryption key of the <see cref="KeyRing"/>. Without that key it is worthless; with
/// it, it unwraps only as what it was wrapped as and for the identity it was wrapped for.
/// </summary>
/// <param name="KeyId">The id of the key encryption key, which is authenticated: the wrapped key does not unwrap under another id.</param>
/// <param name="Bytes">
/// The 61 bytes <c>{ format (1) | nonce (12) | ciphertext (32) | tag (16) }</c>. Two records are equal only if they share the array.
/// </param>
public sealed record WrappedKey(string KeyId, byte[] Bytes);
