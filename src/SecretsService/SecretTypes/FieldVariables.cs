using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using SecretsService.Contracts;
using SecretsService.Outcomes;

namespace SecretsService.SecretTypes;

/// <summary>An environment variable that carries one field of a typed secret.</summary>
/// <param name="Name">The variable's name.</param>
/// <param name="Field">The field's name.</param>
/// <param name="Value">The field's value; never null in JSON.</param>
internal sealed record FieldVariable(string Name, string Field, JsonElement Value)
{
    /// <summary>The variable's text: a string gives itself, anything else its JSON without spaces.</summary>
    public string Text => Value.ValueKind switch
    {
        JsonValueKind.String => Value.GetString()!,
        JsonValueKind.Object or JsonValueKind.Array => CompactJson.Of(Value),
        _ => Value.GetRawText(),
    };

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(FieldVariable)} {{ {nameof(Name)} = {Name} }}";
}

/// <summary>
/// The variables of a secret whose type is injected field by field: the field <c>clientId</c> of the secret <c>GITHUB</c> gives
/// <c>GITHUB_CLIENT_ID</c>. A field that is null gives none.
/// </summary>
internal static partial class FieldVariables
{
    /// <summary>The variables of a secret, in the order of its fields.</summary>
    /// <param name="secretName">The secret's name.</param>
    /// <param name="value">A value that <see cref="Check"/> has let through.</param>
    public static IReadOnlyList<FieldVariable> Of(string secretName, JsonElement value) =>
    [
        .. value.EnumerateObject()
            .Where(field => field.Value.ValueKind != JsonValueKind.Null)
            .Select(field => new FieldVariable(NameOf(secretName, field.Name), field.Name, field.Value)),
    ];

    /// <summary>The names alone of the variables that <see cref="Of"/> gives.</summary>
    public static IReadOnlyList<string> NamesOf(string secretName, JsonElement value) => [.. Of(secretName, value).Select(v => v.Name)];

    /// <summary>The name of the variable that carries a field. It ends in an underscore where the field's name has no letter or digit to give.</summary>
    public static string NameOf(string secretName, string field) => $"{secretName}_{UpperSnake(field)}";

    /// <summary>Adds an error for each field that gives no variable which a deployment can have.</summary>
    /// <param name="secretName">The secret's name.</param>
    /// <param name="value">A value in which <see cref="TypeSchema.Check"/> found nothing wrong.</param>
    /// <param name="isReserved">Tells whether a variable's name is reserved.</param>
    /// <param name="isOfProcess">Tells whether a variable of a name changes what the process itself loads or runs.</param>
    /// <param name="errors">Takes the faults, by fields like <c>value.host</c>. No message has any part of the value.</param>
    public static void Check(
        string secretName, JsonElement value, Func<string, bool> isReserved, Func<string, bool> isOfProcess, FieldErrors errors)
    {
        var variables = Of(secretName, value);
        var shared = variables.GroupBy(v => v.Name, StringComparer.OrdinalIgnoreCase)
            .Where(group => group.Skip(1).Any())
            .Select(group => group.Key)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);

        foreach (var variable in variables)
        {
            if ((FaultOfName(variable, shared, isReserved, isOfProcess) ?? FaultOfText(variable.Text)) is { } fault)
            {
                errors.Add(FieldPath.ShowField(variable.Field), fault);
            }
        }
    }

    /// <summary>A field's name as a part of a variable's: words in capitals, joined by underscores, of ASCII letters and digits only.</summary>
    internal static string UpperSnake(string field)
    {
        var snake = new StringBuilder();
        for (var i = 0; i < field.Length; i++)
        {
            if (snake.Length > 0 && snake[^1] != '_' && (!char.IsAsciiLetterOrDigit(field[i]) || StartsWord(field, i)))
            {
                snake.Append('_');
            }

            if (char.IsAsciiLetterOrDigit(field[i]))
            {
                snake.Append(char.ToUpper(field[i], CultureInfo.InvariantCulture));
            }
        }

        return snake.ToString().TrimEnd('_');
    }

    // A capital behind a small letter or a digit (clientId), or the last of several before a small letter (APIKey).
    private static bool StartsWord(string field, int index) =>
        char.IsAsciiLetterUpper(field[index])
        && index > 0
        && (!char.IsAsciiLetterUpper(field[index - 1]) || (index + 1 < field.Length && char.IsAsciiLetterLower(field[index + 1])));

    private static string? FaultOfName(
        FieldVariable variable, HashSet<string> shared, Func<string, bool> isReserved, Func<string, bool> isOfProcess)
    {
        var gives = FieldPath.IsQuotable(variable.Field) ? $"The field gives the variable {variable.Name}" : "The field gives a variable";
        return variable.Name.EndsWith('_') ? "The field's name has no letter or digit of ASCII to name a variable by. Rename the field."
            : variable.Name.Length > SecretLimits.KeyLength
                ? $"The field gives a variable with a name over {SecretLimits.KeyLength} characters. Shorten the secret's name or the field's."
            : !VariableName().IsMatch(variable.Name)
                ? "The field gives a variable with a name that no variable can have. Rename the secret: a letter or underscore first, then letters, digits and underscores."
            : isReserved(variable.Name) ? $"{gives}, which is reserved: the platform sets it itself. Rename the secret or the field."
            : isOfProcess(variable.Name) ? $"{gives}, which changes what the process itself loads or runs. Rename the secret or the field."
            : shared.Contains(variable.Name) ? $"{gives}, and so does another field. Rename one of them."
            : null;
    }

    private static string? FaultOfText(string text) =>
        text.Contains('\0', StringComparison.Ordinal) ? "Must not hold the character NUL, which no variable can carry."
        : Encoding.UTF8.GetByteCount(text) > SecretLimits.ValueBytes ? $"Must take at most {SecretLimits.ValueBytes} bytes as a variable."
        : null;

    [GeneratedRegex("^" + SecretLimits.KeyPattern + "\\z", RegexOptions.NonBacktracking)]
    private static partial Regex VariableName();
}
