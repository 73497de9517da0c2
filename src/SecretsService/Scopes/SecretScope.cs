namespace SecretsService.Scopes;

/// <summary>Who owns a secret.</summary>
internal abstract record Owner
{
    private Owner()
    {
    }

    /// <summary>The account: every site gets it.</summary>
    public sealed record Global : Owner;

    /// <summary>One site.</summary>
    /// <param name="SiteId">The site.</param>
    public sealed record Site(Guid SiteId) : Owner;

    /// <summary>One app of a site.</summary>
    /// <param name="SiteId">The site.</param>
    /// <param name="AppId">The app.</param>
    public sealed record App(Guid SiteId, Guid AppId) : Owner;
}

/// <summary>Which of its owner's environments a secret is for.</summary>
internal abstract record Selector
{
    private Selector()
    {
    }

    /// <summary>Any of them.</summary>
    public sealed record Any : Selector;

    /// <summary>Those of one type.</summary>
    /// <param name="EnvironmentType">The type's canonical name.</param>
    public sealed record Type(string EnvironmentType) : Selector;

    /// <summary>This very one.</summary>
    /// <param name="EnvironmentId">The environment.</param>
    public sealed record Environment(Guid EnvironmentId) : Selector;
}

/// <summary>
/// The eight places that a target may get a value from, lowest first: a higher one overrides a lower one. A value for this very environment
/// beats every other. Otherwise app beats site beats global, and on the same owner a value for the environment's type beats one for any.
/// </summary>
internal enum Rung
{
    Global,
    GlobalType,
    Site,
    SiteType,
    App,
    AppType,
    SiteEnvironment,
    AppEnvironment,
}

/// <summary>Where a secret applies: an owner and a selector. A global secret cannot select one environment.</summary>
internal sealed record SecretScope
{
    /// <summary>The account's secrets for any environment.</summary>
    public static readonly SecretScope Global = new(new Owner.Global(), new Selector.Any());

    /// <summary>Makes a scope.</summary>
    /// <exception cref="ArgumentException">The account as owner, with one environment selected.</exception>
    public SecretScope(Owner owner, Selector selector)
    {
        Owner = owner;
        Selector = selector;
        Rung = RungOf(owner, selector);
    }

    /// <summary>Reads a scope from the columns of a secret's row.</summary>
    public static SecretScope Of(Guid? siteId, Guid? appId, string? environmentType, Guid? environmentId) => new(
        siteId is not { } site ? new Owner.Global() : appId is { } app ? new Owner.App(site, app) : new Owner.Site(site),
        environmentId is { } environment ? new Selector.Environment(environment)
            : environmentType is not null ? new Selector.Type(environmentType)
            : new Selector.Any());

    public Owner Owner { get; }

    public Selector Selector { get; }

    /// <summary>How high the scope stands for every target that it applies to.</summary>
    public Rung Rung { get; }

    /// <summary>The site that owns it, itself or through an app; null for a global scope.</summary>
    public Guid? SiteId => SiteOf(Owner);

    public Guid? AppId => (Owner as Owner.App)?.AppId;

    public string? EnvironmentType => (Selector as Selector.Type)?.EnvironmentType;

    public Guid? EnvironmentId => (Selector as Selector.Environment)?.EnvironmentId;

    /// <summary>The scope as one text: the column <c>secrets.scope_key</c>, which the database derives by the same rule.</summary>
    public string StorageKey => OwnerKey + Selector switch
    {
        Selector.Type type => $"/type:{type.EnvironmentType}",
        Selector.Environment environment => $"/environment:{environment.EnvironmentId}",
        _ => "",
    };

    /// <summary>
    /// The collection that lists it, as one text: the column <c>secrets.collection_key</c>. What an owner has for any environment and what it
    /// has for each type stand in one list; what it has for one environment has a list of its own.
    /// </summary>
    public string CollectionKey => Selector is Selector.Type ? OwnerKey : StorageKey;

    private string OwnerKey => Owner switch
    {
        Owner.Site site => $"site:{site.SiteId}",
        Owner.App app => $"app:{app.AppId}",
        _ => "global",
    };

    /// <summary>Tells whether there can be a target that gets values from both scopes.</summary>
    /// <param name="other">The other scope, of the same account.</param>
    /// <param name="typeOf">The type of an environment; asked only for those that the two scopes select.</param>
    public bool MeetsWith(SecretScope other, Func<Guid, string?> typeOf) =>
        OwnersMeet(Owner, other.Owner) && SelectorsMeet(Selector, other.Selector, typeOf);

    private static bool OwnersMeet(Owner one, Owner other) => (one, other) switch
    {
        (Owner.Global, _) or (_, Owner.Global) => true,
        (Owner.App app, Owner.App another) => app.AppId == another.AppId,
        _ => SiteOf(one) == SiteOf(other),
    };

    private static bool SelectorsMeet(Selector one, Selector other, Func<Guid, string?> typeOf) => (one, other) switch
    {
        (Selector.Any, _) or (_, Selector.Any) => true,
        (Selector.Type type, Selector.Environment environment) => typeOf(environment.EnvironmentId) == type.EnvironmentType,
        (Selector.Environment environment, Selector.Type type) => typeOf(environment.EnvironmentId) == type.EnvironmentType,
        _ => one == other,
    };

    private static Guid? SiteOf(Owner owner) => owner switch
    {
        Owner.Site site => site.SiteId,
        Owner.App app => app.SiteId,
        _ => null,
    };

    private static Rung RungOf(Owner owner, Selector selector) => (owner, selector) switch
    {
        (Owner.Global, Selector.Any) => Rung.Global,
        (Owner.Global, Selector.Type) => Rung.GlobalType,
        (Owner.Site, Selector.Any) => Rung.Site,
        (Owner.Site, Selector.Type) => Rung.SiteType,
        (Owner.Site, Selector.Environment) => Rung.SiteEnvironment,
        (Owner.App, Selector.Any) => Rung.App,
        (Owner.App, Selector.Type) => Rung.AppType,
        (Owner.App, Selector.Environment) => Rung.AppEnvironment,
        _ => throw new ArgumentException("A global secret cannot select one environment", nameof(selector)),
    };
}
