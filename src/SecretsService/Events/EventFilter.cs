using System.Globalization;
using System.Reflection;
using Microsoft.OpenApi;
using SecretsService.Audit;
using SecretsService.Contracts;
using SecretsService.Http;
using SecretsService.Outcomes;
using SecretsService.Storage.Rows;

namespace SecretsService.Events;

/// <summary>Which events a request asks for.</summary>
internal sealed class EventFilter : IRequestPart, IBindableFromHttpContext<EventFilter>
{
    public static readonly QueryParameter EventParameter = new(
        "event", JsonSchemaType.String,
        "Only these events, separated by commas; `secret.*` stands for every one that begins so, and `vector.` in front is passed over.");

    public static readonly QueryParameter FromParameter = new("from", JsonSchemaType.String, "Only events at this time (RFC 3339) or later.");

    public static readonly QueryParameter ToParameter = new("to", JsonSchemaType.String, "Only events before this time (RFC 3339).");

    public static readonly QueryParameter ResourceTypeParameter = new("resource_type", JsonSchemaType.String, "Only events of this kind of resource, such as `secret`.");

    public static readonly QueryParameter ResourceIdParameter = new("resource_id", JsonSchemaType.String, "Only events of the resource with this id.");

    public static readonly QueryParameter ActorParameter =
        new("actor", JsonSchemaType.String, "Only what this key did, by its id or by the name that it had at the time.");

    public static readonly QueryParameter SiteParameter =
        new("site", JsonSchemaType.String, "Only events of a site and of what belongs to it, by its id or slug. One that is deleted goes by its id.");

    public static readonly QueryParameter EnvironmentParameter =
        new("environment", JsonSchemaType.String, "Only events of an environment and of what belongs to it, by its id; with `site` also by its slug.");

    public static readonly QueryParameter UntilParameter = new(
        "until", JsonSchemaType.Integer,
        "Only events up to this place (`seq`). The links to other pages have it, so that what happens in the meantime moves nothing from one page to another. "
        + "Default: the last event.");

    private const int MaxText = 255;

    private readonly FieldErrors _errors = new();

    private EventFilter(IQueryCollection query)
    {
        Names = Read(query, EventParameter, NamesOf);
        From = ReadTime(query, FromParameter, _errors);
        To = ReadTime(query, ToParameter, _errors);
        ResourceType = Read(query, ResourceTypeParameter, TextOf);
        ResourceId = Read(query, ResourceIdParameter, IdOf);
        Actor = Read(query, ActorParameter, TextOf);
        Site = Read(query, SiteParameter, ReferenceOf);
        Environment = Read(query, EnvironmentParameter, ReferenceOf);
        Until = ReadPlace(query, UntilParameter, _errors);
        if (Environment is { Slug: not null } && Site is null)
        {
            _errors.Add(EnvironmentParameter.Name, "A slug names an environment only together with its site: send site, too.");
        }

        Failure = _errors.Count == 0 ? null : Failure.Invalid(_errors);
    }

    /// <summary>Every parameter of it.</summary>
    public static QueryParameter[] Parameters { get; } =
    [
        EventParameter, FromParameter, ToParameter, ResourceTypeParameter, ResourceIdParameter, ActorParameter, SiteParameter, EnvironmentParameter, UntilParameter,
    ];

    public Failure? Failure { get; }

    /// <summary>The site; null for any and for what is the account's.</summary>
    public ResourceReference? Site { get; }

    /// <summary>The environment; null for any and for none.</summary>
    public ResourceReference? Environment { get; }

    /// <summary>The place of the last event; null for that of the last one that there is.</summary>
    public long? Until { get; }

    /// <summary>True where it lets every event pass.</summary>
    public bool IsEmpty => (Names, From, To, ResourceType, ResourceId, Actor, Site, Environment) is (null, null, null, null, null, null, null, null);

    private IReadOnlyList<string>? Names { get; }

    private DateTimeOffset? From { get; }

    private DateTimeOffset? To { get; }

    private string? ResourceType { get; }

    private Guid? ResourceId { get; }

    private string? Actor { get; }

    public static ValueTask<EventFilter?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<EventFilter?>(new EventFilter(context.Request.Query));

    /// <summary>Reads a time of a query.</summary>
    public static DateTimeOffset? ReadTime(IQueryCollection query, QueryParameter parameter, FieldErrors errors)
    {
        if (!query.TryGetValue(parameter.Name, out var text))
        {
            return null;
        }

        if (Rfc3339.TryRead(text.ToString(), out var time))
        {
            return time;
        }

        errors.Add(parameter.Name, "Must be a time as RFC 3339 has it, such as 2026-11-01T00:00:00Z; in an offset, write + as %2B.");
        return null;
    }

    /// <summary>Reads a place in the trail.</summary>
    public static long? ReadPlace(IQueryCollection query, QueryParameter parameter, FieldErrors errors)
    {
        if (!query.TryGetValue(parameter.Name, out var text))
        {
            return null;
        }

        if (long.TryParse(text.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var place))
        {
            return place;
        }

        errors.Add(parameter.Name, "Must be the seq of an event: a whole number from 0.");
        return null;
    }

    /// <summary>The events that pass, as far as sites and environments have nothing to do with it.</summary>
    public IQueryable<EventRow> Of(IQueryable<EventRow> events)
    {
        events = Names is null ? events : events.Where(e => Names.Contains(e.Event));
        events = From is null ? events : events.Where(e => e.OccurredAt >= From);
        events = To is null ? events : events.Where(e => e.OccurredAt < To);
        events = ResourceType is null ? events : events.Where(e => e.ResourceType == ResourceType);
        events = ResourceId is null ? events : events.Where(e => e.ResourceId == ResourceId);
        return Actor is null ? events
            : Ids.TryParse(Actor, out var id) ? events.Where(e => e.ActorId == id)
            : events.Where(e => e.ActorName == Actor);
    }

    private T? Read<T>(IQueryCollection query, QueryParameter parameter, Func<string, (T? Value, string Error)> read)
    {
        if (!query.TryGetValue(parameter.Name, out var text))
        {
            return default;
        }

        var (value, error) = read(text.ToString());
        if (value is null)
        {
            _errors.Add(parameter.Name, error);
        }

        return value;
    }

    // A name that no event has is refused: an empty list would look as if nothing had happened.
    private static (IReadOnlyList<string>? Value, string Error) NamesOf(string text)
    {
        var parts = text.Split(',').Select(part => part.StartsWith("vector.", StringComparison.Ordinal) ? part["vector.".Length..] : part).ToList();
        return parts.TrueForAll(part => EventNames.Matching(part).Any())
            ? ([.. parts.SelectMany(EventNames.Matching).Distinct(StringComparer.Ordinal)], "")
            : (null, $"There is no such event. The events are: {string.Join(", ", EventNames.All)}.");
    }

    private static (string? Value, string Error) TextOf(string text) =>
        text.Length is > 0 and <= MaxText && !text.Any(char.IsControl) ? (text, "") : (null, $"Must be 1 to {MaxText} characters, none of them a control character.");

    private static (Guid? Value, string Error) IdOf(string text) => Ids.TryParse(text, out var id) ? (id, "") : (null, "Must be an id.");

    private static (ResourceReference? Value, string Error) ReferenceOf(string text) =>
        ResourceReference.Of(text) is { } reference && reference != default ? (reference, "") : (null, "Must be an id or a slug.");
}
