using NJsonSchema;
using NJsonSchema.Validation;

namespace SecretsService.SecretTypes;

/// <summary>Puts what the validator found into words. Its own messages are not used: they quote the value.</summary>
internal static class ValueErrors
{
    private const int ListedAlternatives = 4;
    private const int ListedFields = 20;

    /// <summary>What is wrong where, one fault after another.</summary>
    /// <param name="errors">The validator's errors for one node.</param>
    /// <param name="isDetailed">False to leave out what is wrong with the alternatives of a choice: within a choice it would be unreadable.</param>
    public static IEnumerable<(string Path, string Words)> Flatten(IEnumerable<ValidationError> errors, bool isDetailed = true) =>
        WithoutConsequences(errors).SelectMany(error => Flatten(error, isDetailed));

    private static IEnumerable<(string Path, string Words)> Flatten(ValidationError error, bool isDetailed) => error switch
    {
        ChildSchemaValidationError { Kind: ValidationErrorKind.NotAnyOf or ValidationErrorKind.NotOneOf } choice => FlattenChoice(choice, isDetailed),
        ChildSchemaValidationError child => child.Errors.Values.SelectMany(errors => Flatten(errors, isDetailed)),
        _ => [(error.Path, WordsFor(error.Kind, (SchemaNode)error.Schema))],
    };

    // A value of the wrong type breaks every other rule of its node too; to say so would only hide the cause.
    private static IEnumerable<ValidationError> WithoutConsequences(IEnumerable<ValidationError> errors)
    {
        var list = errors.ToList();
        var mistyped = list.Where(IsOfType).Select(error => error.Schema).ToHashSet(ReferenceEqualityComparer.Instance);
        return mistyped.Count == 0 ? list : list.Where(error => IsOfType(error) || !mistyped.Contains(error.Schema));
    }

    private static bool IsOfType(ValidationError error) => error.Kind
        is ValidationErrorKind.StringExpected
        or ValidationErrorKind.NumberExpected
        or ValidationErrorKind.BooleanExpected
        or ValidationErrorKind.NullExpected
        or ValidationErrorKind.ArrayExpected
        or ValidationErrorKind.ObjectExpected;

    private static IEnumerable<(string Path, string Words)> FlattenChoice(ChildSchemaValidationError choice, bool isDetailed)
    {
        var alternatives = choice.Errors.Values.ToList();
        var satisfied = alternatives.Count(errors => errors.Count == 0);
        if (satisfied > 0)
        {
            return [(choice.Path, $"Must satisfy exactly one of the {alternatives.Count} alternatives of oneOf, and satisfies {satisfied}.")];
        }

        // Where only one alternative is for values of this type, that is the one that was meant.
        var meant = alternatives.Where(errors => !errors.Any(error => IsOfType(error) && error.Path == choice.Path)).ToList();
        return meant.Count == 1 ? Flatten(meant[0], isDetailed) : [(choice.Path, WordsForChoice(choice, alternatives, isDetailed))];
    }

    private static string WordsForChoice(ChildSchemaValidationError choice, List<ICollection<ValidationError>> alternatives, bool isDetailed)
    {
        if (choice.Schema is SchemaNode { TypeChoice: { } types })
        {
            return $"Must be {types}.";
        }

        var (rule, keyword) = choice.Kind == ValidationErrorKind.NotAnyOf ? ("at least", "anyOf") : ("exactly", "oneOf");
        var words = $"Must satisfy {rule} one of the {alternatives.Count} alternatives of {keyword}";
        return isDetailed ? $"{words}: {string.Join(" ", alternatives.Take(ListedAlternatives).Select(WordsForAlternative))}" : $"{words}.";
    }

    private static string WordsForAlternative(ICollection<ValidationError> errors, int index)
    {
        var first = Flatten(errors, isDetailed: false).First();
        return $"({index + 1}) {FieldPath.Show(first.Path)}: {first.Words}";
    }

    private static string WordsFor(ValidationErrorKind kind, SchemaNode node) => kind switch
    {
        ValidationErrorKind.PropertyRequired => "Required.",
        ValidationErrorKind.NoAdditionalPropertiesAllowed => $"Unknown field. The type has: {NamesOf(node)}.",
        ValidationErrorKind.TooFewProperties => $"Must have at least {node.MinProperties} fields.",
        ValidationErrorKind.TooManyProperties => $"Must have at most {node.MaxProperties} fields.",
        ValidationErrorKind.TooFewItems => $"Must have at least {node.MinItems} elements.",
        ValidationErrorKind.TooManyItems => $"Must have at most {node.MaxItems} elements.",
        ValidationErrorKind.ItemsNotUnique => "Must not have the same element twice.",
        ValidationErrorKind.StringExpected => "Must be a string.",
        ValidationErrorKind.BooleanExpected => "Must be true or false.",
        ValidationErrorKind.NullExpected => "Must be null.",
        ValidationErrorKind.ArrayExpected => "Must be an array.",
        ValidationErrorKind.ObjectExpected => "Must be an object.",
        ValidationErrorKind.NumberExpected => node.IsInteger ? "Must be a whole number." : "Must be a number.",
        ValidationErrorKind.NumberNotMultipleOf => WordsForMultiple(node),
        ValidationErrorKind.NumberTooSmall => $"Must be {WordsForBounds("at least", node.Minimum, "more than", node.ExclusiveMinimum)}.",
        ValidationErrorKind.NumberTooBig => $"Must be {WordsForBounds("at most", node.Maximum, "less than", node.ExclusiveMaximum)}.",
        ValidationErrorKind.NotInEnumeration => $"Must be one of: {node.Choices}.",
        ValidationErrorKind.ExcludedSchemaValidates => "Must not be what \"not\" excludes.",
        ValidationErrorKind.PatternMismatch => node.Rule?.Message ?? "Does not satisfy the schema.",
        _ => "Does not satisfy the schema.",
    };

    private static string WordsForMultiple(SchemaNode node) =>
        node is { IsInteger: true, MultipleOf: 1 } ? "Must be a whole number." : $"Must be a multiple of {ExactNumber.Show(node.MultipleOf ?? 1)}.";

    private static string WordsForBounds(string inclusive, decimal? bound, string exclusive, decimal? exclusiveBound) =>
        string.Join(" and ", new[] { (inclusive, bound), (exclusive, exclusiveBound) }
            .Where(pair => pair.Item2 is not null)
            .Select(pair => $"{pair.Item1} {ExactNumber.Show(pair.Item2!.Value)}"));

    private static string NamesOf(JsonSchema node)
    {
        var names = node.Properties.Keys.Where(FieldPath.IsQuotable).Take(ListedFields).ToList();
        return names.Count == 0 ? "none by name" : string.Join(", ", names);
    }
}
