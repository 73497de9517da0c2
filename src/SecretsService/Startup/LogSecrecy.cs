namespace SecretsService.Startup;

/// <summary>
/// Keeps what callers send out of the log, whatever levels the operator sets. The framework writes paths and queries at Information and Debug, puts
/// the path into a scope around every line, and quotes malformed request lines and headers at Trace: each of which can hold a value or a key that somebody put in the wrong place.
/// </summary>
internal static class LogSecrecy
{
    private const string Framework = "Microsoft.AspNetCore";

    // The category of the scope with the path, which is opened where any level of it is on. RequestLog says what its lines say, but for that.
    private const string Requests = "Microsoft.AspNetCore.Hosting.Diagnostics";

    /// <summary>Writes nothing of the web framework below Warning, and none of its lines about single requests.</summary>
    public static void KeepRequestsOut(this ILoggingBuilder logging) => logging.Services.PostConfigure<LoggerFilterOptions>(options =>
    {
        // Of several rules the most specific one counts, alone. So each has to say it, and a first one for what no other is for.
        for (var i = 0; i < options.Rules.Count; i++)
        {
            var rule = options.Rules[i];
            options.Rules[i] = new LoggerFilterRule(
                rule.ProviderName, rule.CategoryName, rule.LogLevel, (provider, category, level) =>
                    MayBeWritten(category, level) && rule.Filter?.Invoke(provider, category, level) != false);
        }

        options.Rules.Insert(0, new LoggerFilterRule(null, null, options.MinLevel, (_, category, level) => MayBeWritten(category, level)));
    });

    private static bool MayBeWritten(string? category, LogLevel level) =>
        category is null || !category.StartsWith(Framework, StringComparison.Ordinal) || (level >= LogLevel.Warning && category != Requests);
}
