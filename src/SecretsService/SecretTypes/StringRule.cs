using System.Diagnostics;
using System.Text.RegularExpressions;
using Newtonsoft.Json.Linq;
using NJsonSchema.Validation;
using NJsonSchema.Validation.FormatValidators;

namespace SecretsService.SecretTypes;

/// <summary>
/// One rule for a string. The validator knows it as a format of a private name, which is the only check that it lets others make: its
/// own patterns can backtrack without end, and its lengths count halves of characters.
/// </summary>
/// <param name="Format">The private name.</param>
/// <param name="Message">What a string must be, for an answer.</param>
/// <param name="Allows">Tells whether a string satisfies the rule.</param>
internal sealed record StringRule(string Format, string Message, Func<string, bool> Allows);

/// <summary>The time that all string rules together may take on one value.</summary>
internal sealed class StringRuleClock
{
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>True once the time was too short for a rule, so that nobody knows whether the value satisfies it.</summary>
    public bool HasRunOut { get; private set; }

    /// <summary>Tells whether a string satisfies a rule: not so where the time has run out.</summary>
    public bool Allows(StringRule rule, string text)
    {
        HasRunOut = HasRunOut || Stopwatch.GetElapsedTime(_start) > TypeLimits.StringRulesTime;
        try
        {
            return !HasRunOut && rule.Allows(text);
        }
        catch (RegexMatchTimeoutException)
        {
            HasRunOut = true;
            return false;
        }
    }
}

/// <summary>A <see cref="StringRule"/> as the validator calls it, for one value.</summary>
internal sealed class StringRuleFormat(StringRule rule, StringRuleClock clock) : IFormatValidator
{
    public string Format => rule.Format;

    public ValidationErrorKind ValidationErrorKind => ValidationErrorKind.PatternMismatch;

    public bool IsValid(string value, JTokenType tokenType) => clock.Allows(rule, value);
}
