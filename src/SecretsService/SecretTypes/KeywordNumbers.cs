using System.Text.Json;
using SecretsService.Contracts;

namespace SecretsService.SecretTypes;

/// <summary>Reads the numbers that keywords hold.</summary>
internal static class KeywordNumbers
{
    // No value is larger, so no larger bound says anything.
    private const int Most = SecretLimits.ValueBytes;

    /// <summary>Reads how many of something there may be, or adds a fault.</summary>
    /// <param name="reader">Takes the fault.</param>
    /// <param name="place">What the keyword holds.</param>
    /// <param name="least">The least that is enforced: the validator passes over a greatest number of 0.</param>
    public static int? Count(SchemaReader reader, SchemaPlace place, int least = 0)
    {
        if (place.Element.ValueKind == JsonValueKind.Number && place.Element.TryGetInt32(out var count) && count >= least && count <= Most)
        {
            return count;
        }

        reader.Faults.Add(place.Pointer, $"Must be a whole number from {least} to {Most}, without a point or an exponent.");
        return null;
    }

    /// <summary>Reads a bound or adds a fault.</summary>
    public static decimal? Bound(SchemaReader reader, SchemaPlace place)
    {
        if (ExactNumber.TryRead(place.Element, out var bound))
        {
            return bound;
        }

        reader.Faults.Add(place.Pointer, ExactNumber.Rule);
        return null;
    }
}
