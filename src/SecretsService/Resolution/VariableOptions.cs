using System.Reflection;
using Microsoft.OpenApi;
using SecretsService.Contracts;
using SecretsService.Formats;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Secrets;

namespace SecretsService.Resolution;

/// <summary>How a request wants a map handed out: in which format, under which names, and how much of it.</summary>
internal sealed class VariableOptions : IRequestPart, IBindableFromHttpContext<VariableOptions>
{
    public static readonly QueryParameter FormatParameter = new(
        "format", JsonSchemaType.String,
        "What to answer with: `json`, the envelope, or the bare text that one consumer reads. "
        + string.Concat(VariableFormats.All.Select(f => $"`{f.Name}`: {f.Consumer}. "))
        + "A value that the consumer cannot carry is refused with 422 and the key's name, never changed. Default: `json`. Example: `format=shell`.")
    {
        Allowed = [VariableFormats.Json, .. VariableFormats.All.Select(f => f.Name)],
    };

    public static readonly QueryParameter PrefixParameter = new(
        "prefix", JsonSchemaType.String,
        $"Put before the name of every variable: 1 to {MaxPrefixLength} characters, a letter or underscore first, then letters, digits and underscores. No "
        + "name may become longer than 256 characters, reserved, or one that changes what the process itself loads or runs. Default: none. "
        + "Example: `prefix=FLUXBASE_SECRET_`.");

    public static readonly QueryParameter ExposureParameter = new(
        "exposure", JsonSchemaType.String,
        "`client`: only the variables that frameworks build into what browsers load, which have a public prefix such as `NEXT_PUBLIC_`. `server`: only the "
        + "others. It goes by the names without `prefix`. Default: both. Example: `exposure=client`.")
    {
        Allowed = [Client, Server],
    };

    public static readonly QueryParameter KeysParameter = new(
        "keys", JsonSchemaType.String,
        "Only these variables: their names without `prefix`, separated by commas. Each must be in the map; one that is not is refused with 422, which says "
        + "why. Default: all. Example: `keys=STRIPE_SECRET_KEY,SMTP_HOST`.");

    public static readonly QueryParameter MaskParameter = new(
        "mask", JsonSchemaType.Boolean,
        "`true` gives, in place of the variables, the commands that keep their values out of the job's log: print them first. With `format=github` only. "
        + "Default: `false`. Example: `format=github&mask=true`.");

    public static readonly QueryParameter SourcesParameter = new(
        "sources", JsonSchemaType.Boolean,
        "`true` adds `meta.sources`: where each variable comes from. With `format=json` only. Default: `false`. Example: `sources=true`.");

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<QueryParameter> Parameters =
        [FormatParameter, PrefixParameter, ExposureParameter, KeysParameter, MaskParameter, SourcesParameter];

    /// <summary>What answers in other formats than JSON are.</summary>
    public static readonly BareText BareTexts = new([.. VariableFormats.All.Select(f => f.MediaType).Distinct(StringComparer.Ordinal)]);

    private const int MaxPrefixLength = 128;
    private const string Client = "client";
    private const string Server = "server";

    private VariableOptions(IQueryCollection query)
    {
        var errors = new FieldErrors();
        var format = ReadFormat(query, errors);
        Prefix = ReadPrefix(query, errors);
        Exposure = ReadExposure(query, errors);
        Keys = ReadKeys(query, errors);
        var masks = Flags.Read(query, MaskParameter, errors);
        WithSources = Flags.Read(query, SourcesParameter, errors);
        Format = masks ? MasksFor(format, errors) : format;
        if (WithSources && format is not null)
        {
            errors.Add(SourcesParameter.Name, "Only the format json has sources. Leave sources out, or format.");
        }

        Failure = errors.Count == 0 ? null : Failure.Invalid(errors);
    }

    public Failure? Failure { get; }

    /// <summary>What writes the variables; null for the API's own JSON.</summary>
    public VariableFormat? Format { get; }

    /// <summary>What is put before every name; empty for nothing.</summary>
    public string Prefix { get; }

    /// <summary>The only exposure that is asked for; null for any.</summary>
    public SecretExposure? Exposure { get; }

    /// <summary>The only variables that are asked for, by their names without <see cref="Prefix"/>; null for all.</summary>
    public IReadOnlySet<string>? Keys { get; }

    /// <summary>Whether the JSON says where each variable comes from.</summary>
    public bool WithSources { get; }

    public static ValueTask<VariableOptions?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<VariableOptions?>(new VariableOptions(context.Request.Query));

    private static VariableFormat? ReadFormat(IQueryCollection query, FieldErrors errors)
    {
        if (Text(query, FormatParameter) is not { } name || name == VariableFormats.Json)
        {
            return null;
        }

        var format = VariableFormats.Find(name);
        if (format is null)
        {
            errors.Add(FormatParameter.Name, $"There is no such format. There are: {string.Join(", ", FormatParameter.Allowed!)}.");
        }

        return format;
    }

    private static string ReadPrefix(IQueryCollection query, FieldErrors errors)
    {
        var prefix = Text(query, PrefixParameter);
        if (prefix is null || (SecretName.IsName(prefix) && prefix.Length <= MaxPrefixLength))
        {
            return prefix ?? "";
        }

        errors.Add(
            PrefixParameter.Name,
            $"Must be 1 to {MaxPrefixLength} characters: a letter or underscore first, then letters, digits and underscores. Leave prefix out for none.");
        return "";
    }

    private static SecretExposure? ReadExposure(IQueryCollection query, FieldErrors errors)
    {
        switch (Text(query, ExposureParameter))
        {
            case null:
                return null;
            case Client:
                return SecretExposure.Client;
            case Server:
                return SecretExposure.Server;
            default:
                errors.Add(ExposureParameter.Name, "Must be client or server. Leave exposure out for both.");
                return null;
        }
    }

    // An entry that can be no key is not quoted: nobody knows what it is.
    private static HashSet<string>? ReadKeys(IQueryCollection query, FieldErrors errors)
    {
        if (Text(query, KeysParameter) is not { } text)
        {
            return null;
        }

        var keys = text.Split(',');
        for (var i = 0; i < keys.Length; i++)
        {
            if (!SecretName.IsName(keys[i]))
            {
                errors.Add(
                    KeysParameter.Name,
                    keys[i].Length == 0 ? $"Entry {i + 1} is empty. Send keys separated by single commas, without spaces."
                        : $"Entry {i + 1} can be no key. {SecretName.Rule}");
            }
        }

        return keys.ToHashSet(StringComparer.Ordinal);
    }

    private static VariableFormat? MasksFor(VariableFormat? format, FieldErrors errors)
    {
        var masks = format is null ? null : VariableFormats.MasksFor(format);
        if (masks is null)
        {
            errors.Add(MaskParameter.Name, "Only the format github has masks. Send format=github with it, or leave mask out.");
        }

        return masks;
    }

    // One that is sent twice is one text with a comma: a list for keys, and no sound text for the others.
    private static string? Text(IQueryCollection query, QueryParameter parameter) =>
        query.TryGetValue(parameter.Name, out var text) ? text.ToString() : null;
}
