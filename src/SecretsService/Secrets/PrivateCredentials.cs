using System.Text.RegularExpressions;

namespace SecretsService.Secrets;

/// <summary>Recognises values that their providers mark as private, to warn where one is about to be published.</summary>
internal static partial class PrivateCredentials
{
    private const int MaxLookedAt = 4_096;

    /// <summary>True where the text begins or looks like a private credential of a known provider. Publishable keys are none.</summary>
    public static bool Looks(string value) => Pattern().IsMatch(value.Length <= MaxLookedAt ? value : value[..MaxLookedAt]);

    // PEM; Stripe; GitHub; GitLab; Slack; AWS; Google; SendGrid; npm; Twilio; Shopify; DigitalOcean; Hugging Face; OpenAI and Anthropic; our own;
    // connection strings with a password in them; JSON Web Tokens.
    [GeneratedRegex(
        @"-----BEGIN [A-Z ]*PRIVATE KEY|^(sk_(live|test)_|rk_(live|test)_|whsec_|ghp_|gho_|ghs_|ghu_|github_pat_|glpat-|xox[abprs]-|AKIA[0-9A-Z]{16}|ASIA[0-9A-Z]{16}|GOCSPX-|ya29\.|SG\.|npm_|SK[0-9a-f]{32}|shpat_|shpss_|dop_v1_|hf_|sk-|sks_)|^[a-z][a-z0-9+.-]*://[^/@:\s]+:[^/@\s]+@|^eyJ[A-Za-z0-9_-]+\.eyJ[A-Za-z0-9_-]+\.",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
