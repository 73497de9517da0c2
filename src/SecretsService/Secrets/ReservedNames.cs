using Microsoft.Extensions.Options;

namespace SecretsService.Secrets;

/// <summary>
/// The names that no secret may have, because the platform that runs the deployment sets them itself. They are checked when a secret is
/// written, and again on the merged map, so that no rename, import or later change of the list lets one through.
/// </summary>
internal sealed class ReservedNames
{
    public const string Refusal = "This name is reserved and cannot be used: the platform sets it itself. Choose another name.";

    private readonly HashSet<string> _names;
    private readonly string[] _prefixes;

    public ReservedNames(IOptions<SecretOptions> options)
    {
        _names = options.Value.EffectiveReservedNames.Where(n => !n.EndsWith('*')).ToHashSet(StringComparer.OrdinalIgnoreCase);
        _prefixes = [.. options.Value.EffectiveReservedNames.Where(n => n.EndsWith('*')).Select(n => n[..^1])];
    }

    /// <summary>True for a reserved name, in whatever letter case.</summary>
    public bool Contains(string name) =>
        _names.Contains(name) || _prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
}
