using System.Globalization;
using SecretsService.Access;
using SecretsService.Outcomes;

namespace SecretsService.ApiKeys;

/// <summary>Reads the abilities that a new key is to have.</summary>
internal static class RequestedAbilities
{
    private static readonly string Unknown =
        $"There is no such ability. There are {string.Join(", ", Ability.Known)}; {string.Join(", ", Ability.Kinds)} for all of a kind; and {Ability.All} for all.";

    /// <summary>Reads them.</summary>
    /// <param name="requested">As the request has them; null where it has none.</param>
    /// <returns>Each once, in its one spelling; all there are where none were requested.</returns>
    public static Outcome<string[]> Read(IReadOnlyList<string>? requested)
    {
        if (requested is null)
        {
            return new[] { Ability.All };
        }

        var errors = new FieldErrors();
        var abilities = new List<string>(requested.Count);
        foreach (var (index, text) in requested.Index())
        {
            // What is none is not repeated: it may be a token in the wrong place. The serializer lets a null through inside of an array.
            if (text is not null && Ability.TryRead(text, out var ability))
            {
                abilities.Add(ability);
            }
            else
            {
                errors.Add(string.Create(CultureInfo.InvariantCulture, $"abilities[{index}]"), Unknown);
            }
        }

        return errors.Count == 0 ? abilities.Distinct(StringComparer.Ordinal).ToArray() : Failure.Invalid(errors);
    }
}
