namespace SecretsService.Formats;
internal sealed class TargetProfile { public string Name => ""; public IReadOnlyList<FormatFault> Check(IReadOnlyList<Variable> variables) => []; public bool CarriesLineBreaks => true; }
internal static class TargetProfiles { public static IReadOnlyList<TargetProfile> All => []; public static TargetProfile? Find(string name) => null; }
