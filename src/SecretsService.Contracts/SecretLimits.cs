namespace SecretsService.Contracts;

/// <summary>The limits of a secret that no configuration changes.</summary>
public static class SecretLimits
{
    /// <summary>The longest key, in characters.</summary>
    public const int KeyLength = 256;

    /// <summary>What a key is made of, as a regular expression without anchors.</summary>
    public const string KeyPattern = "[A-Za-z_][A-Za-z0-9_]*";

    /// <summary>The largest value, in bytes of UTF-8.</summary>
    public const int ValueBytes = 65_536;

    /// <summary>The longest description, in characters (Unicode code points).</summary>
    public const int DescriptionLength = 1_024;
}
