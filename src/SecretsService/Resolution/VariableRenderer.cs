using SecretsService.Formats;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Secrets;

namespace SecretsService.Resolution;

/// <summary>Writes maps for whoever asked for them, however the map was made.</summary>
internal sealed class VariableRenderer(NameAdvice advice, ReservedNames reserved)
{
    /// <summary>Writes what is asked for of a map.</summary>
    /// <param name="variables">The map. It is taken over: it has been disposed of when this returns, whatever comes of it.</param>
    /// <param name="options">What is asked for.</param>
    /// <returns>
    /// The answer, which the caller disposes of unless it is executed; or why there is none: keys that are not to be had, names that may not be, or
    /// variables that the format cannot carry, all of a kind at once.
    /// </returns>
    public Outcome<RenderedVariables> Render(MergedVariables variables, VariableOptions options)
    {
        using var _ = variables;
        if (!VariableSelection.Of(variables, options, advice, reserved).Succeeded(out var selection, out var failure))
        {
            return failure;
        }

        return options.Format is { } format
            ? WriteText(variables, selection, format, options.Prefix)
            : Write(variables, selection, MergedMapJson.MediaType, new MergedMapJson(variables, selection, options.WithSources).Write);
    }

    private static Outcome<RenderedVariables> WriteText(MergedVariables map, VariableSelection selection, VariableFormat format, string prefix)
    {
        var variables = new List<Variable>(selection.Variables.Count);
        foreach (var variable in selection.Variables)
        {
            variables.Add(new Variable(variable.Name, variable.Value, IsSecret: variable.Origin is not { IsSecret: false }));
        }

        var faults = format.Check(variables);
        if (faults.Count > 0)
        {
            return Failure.Invalid(ErrorsOf(faults, prefix));
        }

        var context = new FormatContext(map.Origin.ResourceName, bytes => Unguessable(map, bytes));
        return Write(map, selection, format.MediaType, body => format.Write(variables, context, body));
    }

    private static RenderedVariables Write(MergedVariables map, VariableSelection selection, string mediaType, Action<ZeroingBuffer> write)
    {
        var body = new ZeroingBuffer(4_096);
        try
        {
            write(body);
            return new RenderedVariables(body, mediaType, EntityTags.OfDigest(map.TagOf(body.Written.Span)), selection.Keys, selection.Origins);
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    // By the names that the map has, because those are what the caller can change.
    private static FieldErrors ErrorsOf(IReadOnlyList<FormatFault> faults, string prefix)
    {
        var errors = new FieldErrors();
        foreach (var fault in faults)
        {
            errors.Add(fault.Name?[prefix.Length..] ?? VariableOptions.FormatParameter.Name, fault.Reason);
        }

        return errors;
    }

    // Never an entity tag, which everyone may see: those are of answers, and no answer has the character NUL.
    private static string Unguessable(MergedVariables map, ReadOnlySpan<byte> bytes) => map.TagOf("\0format\n"u8, bytes);
}
