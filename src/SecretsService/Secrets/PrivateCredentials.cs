using System.Buffers;

namespace SecretsService.Secrets;

/// <summary>Recognises values that their providers mark as private, to warn where one is about to be published.</summary>
internal static class PrivateCredentials
{
    private const int MaxLookedAt = 4_096;
    private const int AwsKeyIdLength = 20;
    private const int TwilioKeyLength = 34;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    // Stripe; GitHub; GitLab; Slack; Google; SendGrid; npm; Shopify; DigitalOcean; Hugging Face; OpenAI and Anthropic; our own.
    private static readonly string[] Prefixes =
    [
        "sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_", "ghp_", "gho_", "ghs_", "ghu_", "github_pat_", "glpat-",
        "xoxa-", "xoxb-", "xoxp-", "xoxr-", "xoxs-", "GOCSPX-", "ya29.", "SG.", "npm_", "shpat_", "shpss_", "dop_v1_", "hf_", "sk-", "sks_",
    ];

    /// <summary>True where the text begins or looks like a private credential of a known provider. Publishable keys are none.</summary>
    public static bool Looks(string value)
    {
        var text = value.AsSpan(0, Math.Min(value.Length, MaxLookedAt));
        return HasPrefix(text) || IsPrivateKey(text) || IsProvidersKey(text) || IsJsonWebToken(text) || HasPasswordInUrl(text);
    }

    private static bool HasPrefix(ReadOnlySpan<char> text)
    {
        foreach (var prefix in Prefixes)
        {
            if (text.StartsWith(prefix, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    // PEM (RFC 7468), of whatever kind of key.
    private static bool IsPrivateKey(ReadOnlySpan<char> text) =>
        text.Contains("-----BEGIN ", StringComparison.Ordinal) && text.Contains("PRIVATE KEY", StringComparison.Ordinal);

    // The ids of AWS keys, which come with a secret, and Twilio's keys: a mark and a fixed length.
    private static bool IsProvidersKey(ReadOnlySpan<char> text) =>
        (text.Length == AwsKeyIdLength && (text.StartsWith("AKIA", StringComparison.Ordinal) || text.StartsWith("ASIA", StringComparison.Ordinal)))
        || (text.Length == TwilioKeyLength && text.StartsWith("SK", StringComparison.Ordinal) && !text[2..].ContainsAnyExcept(HexDigits));

    // Three parts, of which the first two are JSON objects in base64url (RFC 7519).
    private static bool IsJsonWebToken(ReadOnlySpan<char> text) =>
        text.StartsWith("eyJ", StringComparison.Ordinal) && text.Contains(".eyJ", StringComparison.Ordinal);

    // scheme://user:password@host, as connection strings have it (RFC 3986, section 3.2.1).
    private static bool HasPasswordInUrl(ReadOnlySpan<char> text)
    {
        var start = text.IndexOf("://", StringComparison.Ordinal);
        if (start <= 0)
        {
            return false;
        }

        var authority = text[(start + 3)..];
        var end = authority.IndexOfAny('/', '?', '#');
        authority = end < 0 ? authority : authority[..end];
        var at = authority.LastIndexOf('@');
        var colon = authority.IndexOf(':');
        return colon >= 0 && colon + 1 < at;
    }
}
