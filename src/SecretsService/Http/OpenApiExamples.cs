using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using SecretsService.Contracts;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace SecretsService.Http;

/// <summary>What a refusal looks like, for each status.</summary>
internal static class ErrorExamples
{
    private const string RequestId = "0HNQ2V8K1M3C4:00000001";

    private static readonly Dictionary<string, ErrorEnvelope> Examples = new(StringComparer.Ordinal)
    {
        ["400"] = Example(400, ErrorCodes.Malformed, "The request has no body. Send a JSON object."),
        ["401"] = Example(401, ErrorCodes.Unauthenticated, "Unauthenticated. Send a valid API key in the header Authorization: Bearer sks_..."),
        ["403"] = Example(
            403, ErrorCodes.Forbidden, "A deployment token reads the variables of its own deployment and does nothing else. Send an API key for this request."),
        ["404"] = Example(404, ErrorCodes.NotFound, "Environment not found"),
        ["409"] = Example(409, ErrorCodes.InUse, "The site holds 2 environments. Delete them first, or send ?force=true to delete them with it."),
        ["412"] = Example(412, ErrorCodes.PreconditionFailed, "It has changed since you looked at it: the ETag is another one now."),
        ["413"] = Example(413, ErrorCodes.BodyTooLarge, $"The body is larger than {RequestBody.LimitBytes} bytes, the most that is read."),
        ["415"] = Example(415, ErrorCodes.UnsupportedMediaType, "The body must be JSON in UTF-8. Send the header Content-Type: application/json."),
        ["422"] = Example(422, ErrorCodes.ValidationFailed, "Validation failed") with
        {
            Errors = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
            {
                ["key"] = ["This name is reserved and cannot be used: the platform sets it itself. Choose another name."],
            },
        },
        ["429"] = Example(429, ErrorCodes.RateLimited, "Too many requests with this API key. Send the request again in 1 s, as the header Retry-After says."),
        ["500"] = Example(500, ErrorCodes.InternalError, "The service failed. Its log has the details under this request id."),
        ["503"] = Example(503, ErrorCodes.Unavailable, "The database cannot be reached at the moment. Send the request again in a second."),
    };

    /// <summary>The example for a status, or null for one that is no refusal.</summary>
    public static JsonNode? Of(string status) =>
        Examples.TryGetValue(status, out var example) ? JsonSerializer.SerializeToNode(example, ContractsJson.Default.ErrorEnvelope) : null;

    private static ErrorEnvelope Example(int status, string code, string message) =>
        new() { Code = code, Message = message, HttpStatus = status, RequestId = RequestId };
}

/// <summary>What an answer that succeeds looks like, for each record.</summary>
internal static class AnswerExamples
{
    private const string ChainHash = "3f9a0c5e7b1d2846a0e4c8f2b6d09a7315e3c7f1a9b5d80264e8f0c2a6b4d813";

    private static readonly DateTimeOffset Day = new(2026, 11, 1, 9, 30, 0, TimeSpan.Zero);

    private static readonly Site Shop = new()
    {
        Id = Id(1),
        Slug = "shop",
        Name = "My shop",
        Tags = ["eu"],
        CreatedAt = Day,
        UpdatedAt = Day,
    };

    private static readonly SiteEnvironment Production = new()
    {
        Id = Id(2),
        SiteId = Id(1),
        Site = "shop",
        Slug = "production",
        Name = "Production",
        Type = "production",
        IsProduction = true,
        Target = null,
        Tags = [],
        CreatedAt = Day,
        UpdatedAt = Day,
    };

    private static readonly App Worker = new()
    {
        Id = Id(6),
        SiteId = Id(1),
        Site = "shop",
        Slug = "worker",
        Name = "Worker",
        Tags = [],
        CreatedAt = Day,
        UpdatedAt = Day,
    };

    private static readonly SecretMetadata Secret = new()
    {
        Id = Id(3),
        Key = "STRIPE_SECRET_KEY",
        IsSecret = true,
        Version = 1,
        Fingerprint = "5f2b7c1e",
        Description = "Payments, test mode",
        SecretType = null,
        ExpiresAt = null,
        Expired = false,
        Exposure = SecretExposure.Server,
        Pinned = false,
        Withheld = false,
        DeletedAt = null,
        Warnings = [],
        Scope = new() { Owner = ScopeOwner.Site, Site = "shop", Selector = ScopeSelector.Environment, Environment = "production" },
        CreatedAt = Day,
        CreatedBy = "bootstrap",
        UpdatedAt = Day,
        UpdatedBy = "bootstrap",
    };

    private static readonly SecretVersion Version = new()
    {
        Version = 1,
        Key = "STRIPE_SECRET_KEY",
        Fingerprint = "5f2b7c1e",
        Origin = SecretVersionOrigin.Create,
        CreatedAt = Day,
        CreatedBy = "bootstrap",
    };

    private static readonly SecretType Payment = new()
    {
        Key = "payment",
        Name = "Payment provider",
        Schema = JsonElement.Parse("""{"type":"object","properties":{"key":{"type":"string"}},"required":["key"]}"""),
        Injection = SecretTypeInjection.Fields,
        Description = null,
        IsSystem = false,
        CreatedAt = Day,
        UpdatedAt = Day,
    };

    private static readonly AuditEvent Event = new()
    {
        Id = Id(9),
        Seq = 812,
        Event = "secret.updated",
        Actor = new() { Type = "api_key", Id = Id(5), Name = "bootstrap", Ip = "192.0.2.17", TokenName = "bootstrap" },
        Resource = new() { Type = "secret", Id = Id(3) },
        ModelType = "secret",
        ModelId = Id(3),
        Context = JsonElement.Parse("""{"key":"STRIPE_SECRET_KEY","version":2}"""),
        OccurredAt = Day,
    };

    private static readonly EventVerification Verification = new()
    {
        Ok = true,
        Events = 1_204,
        Rows = 388,
        FirstSeq = 1,
        LastSeq = 1_204,
        Head = new() { Seq = 1_204, Hash = ChainHash },
        Pruned = null,
        VerifiedAt = Day,
    };

    private static readonly EventCheckpoint Checkpoint = new()
    {
        AccountId = Id(7),
        Seq = 1_204,
        Hash = ChainHash,
        IssuedAt = Day,
        Algorithm = "ES256",
        KeyId = "9c1f2b7a4e5d8036",
        PublicKey = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE...",
        Signature = "MEUCIQDk...",
    };

    private static readonly RevealedSecret Revealed = new() { Key = "STRIPE_SECRET_KEY", Value = "sk_live_...", Version = 1 };

    private static readonly ImportPlan Plan = new()
    {
        Mode = "merge",
        DryRun = true,
        Created = ["DEBUG_MODE"],
        Updated = ["STRIPE_SECRET_KEY"],
        Unchanged = [],
        Deleted = [],
        Warnings = [new() { Line = 3, Key = "DEBUG_MODE", Message = "It stands on line 1 too; the last one counts." }],
        PlanHash = "0f5c9a7d3b1e4c2a8d6f0b9e7c5a3d1f",
    };

    private static readonly SecretCounts Counts = new() { Total = 12, Expired = 1, ExpiringSoon = 2, Plain = 3, Withheld = 0, Deleted = 1 };

    private static readonly MergedMap Map = new()
    {
        Data = new Dictionary<string, string>(StringComparer.Ordinal) { ["DEBUG_MODE"] = "false", ["STRIPE_SECRET_KEY"] = "sk_live_..." },
        Meta = new() { Revision = 41, Count = 2, Site = "shop", Environment = "production", EnvironmentType = "production", Expired = [], Withheld = [], Warnings = [] },
        Message = "Merged map retrieved successfully",
        HttpStatus = StatusCodes.Status200OK,
    };

    private static readonly Deployment Release = new()
    {
        Id = Id(7),
        Number = 12,
        EnvironmentId = Id(2),
        Site = "shop",
        Environment = "production",
        Status = DeploymentStatus.Pending,
        Revision = 41,
        VariableCount = 2,
        Target = "lambda",
        TargetDeploymentId = null,
        Secrets = RollbackSecrets.Current,
        Description = "Release 42",
        IncludeUploads = null,
        IncludeDatabase = null,
        Stdout = "",
        Stderr = "",
        Warnings = [],
        CreatedAt = Day,
        CreatedBy = "pipeline",
        StartedAt = null,
        FinishedAt = null,
        UpdatedAt = Day,
    };

    private static readonly Preflight Check = new()
    {
        Ok = false,
        Problems =
        [
            new()
            {
                Code = ProblemCodes.Missing,
                Severity = ProblemSeverity.Error,
                Key = "STRIPE_SECRET_KEY",
                Message = "STRIPE_SECRET_KEY is missing. Looked at the secrets of site shop, environment production; of site shop, type production; of site shop; "
                    + "of the account, type production; of the account. None of the 5 scopes that this target gets values from has it. Create it at one of them.",
            },
        ],
        Target = "lambda",
        VariableCount = 1,
        SizeBytes = 15,
        Revision = 41,
    };

    private static readonly DeploymentSummary Last = new() { Id = Id(7), Number = 12, Revision = 41, CreatedAt = Day, FinishedAt = Day.AddMinutes(2) };

    private static readonly PendingChanges Pending = new()
    {
        Changed = true,
        Notice = PendingChanges.Text,
        Added = ["FEATURE_FLAGS"],
        ChangedKeys = ["STRIPE_SECRET_KEY"],
        Removed = [],
        LastDeployment = Last,
    };

    private static readonly IReadOnlyList<SecretDrift> Drift =
    [
        new()
        {
            Site = "shop",
            Environment = "production",
            EnvironmentId = Id(2),
            Version = 2,
            CurrentVersion = 3,
            IsCurrent = false,
            Variables = ["STRIPE_SECRET_KEY"],
            Deployment = Last,
        },
    ];

    private static readonly IReadOnlyList<RequiredSecret> Required =
    [
        new() { Key = "DEBUG_MODE", Optional = true, Description = null, SecretType = null },
        new() { Key = "STRIPE_SECRET_KEY", Optional = false, Description = "Payments", SecretType = null },
    ];

    private static readonly DeploymentToken Token = new() { Token = "sks_dt_...", DeploymentId = Id(7), Uses = 3, ExpiresAt = Day.AddMinutes(10) };

    private static readonly ApiKey Key = new()
    {
        Id = Id(8),
        Name = "Shop, production pipeline",
        Abilities = ["deployment:*", "secret:inject"],
        Sites = [new() { Id = Id(1), Slug = "shop" }],
        Environments = [new() { Id = Id(2), Site = "shop", Slug = "production" }],
        Apps = [],
        CreatedAt = Day,
        CreatedBy = "bootstrap",
        ExpiresAt = Day.AddYears(1),
        Expired = false,
        LastUsedAt = null,
        IsCurrent = false,
        RotatedAt = null,
        PreviousTokenExpiresAt = null,
    };

    private static readonly WhoAmI Me = new()
    {
        Account = new() { Id = Id(4), Name = "default" },
        ApiKey = new() { Id = Id(5), Name = "bootstrap" },
        Abilities = ["*"],
        Sites = [],
        Environments = [],
        Apps = [],
        ExpiresAt = null,
    };

    /// <summary>The example for an answer.</summary>
    /// <param name="type">The record of the whole answer.</param>
    /// <param name="status">Its status.</param>
    /// <param name="message">What stands for its message.</param>
    public static JsonNode Of(Type type, int status, string message) =>
        type == typeof(Envelope<Site>) ? One(Shop, status, message)
        : type == typeof(ListEnvelope<Site>) ? List(Shop, message)
        : type == typeof(Envelope<SiteEnvironment>) ? One(Production, status, message)
        : type == typeof(ListEnvelope<SiteEnvironment>) ? List(Production, message)
        : type == typeof(Envelope<App>) ? One(Worker, status, message)
        : type == typeof(ListEnvelope<App>) ? List(Worker, message)
        : type == typeof(Envelope<IReadOnlyList<RequiredSecret>>) ? One(Required, status, message)
        : type == typeof(Envelope<SecretMetadata>) ? One(Secret, status, message)
        : type == typeof(ListEnvelope<SecretMetadata>) ? List(Secret, message)
        : type == typeof(ListEnvelope<SecretVersion>) ? List(Version, message)
        : type == typeof(Envelope<SecretType>) ? One(Payment, status, message)
        : type == typeof(ListEnvelope<SecretType>) ? List(Payment, message)
        : type == typeof(Envelope<RevealedSecret>) ? One(Revealed, status, message)
        : type == typeof(Envelope<ImportPlan>) ? One(Plan, status, message)
        : type == typeof(Envelope<SecretCounts>) ? One(Counts, status, message)
        : type == typeof(Envelope<DeploymentToken>) ? One(Token, status, message)
        : type == typeof(Envelope<ApiKey>) ? One(status == StatusCodes.Status201Created ? Key with { Token = "sks_..." } : Key, status, message)
        : type == typeof(ListEnvelope<ApiKey>) ? List(Key, message)
        : type == typeof(ListEnvelope<AuditEvent>) ? List(Event, message)
        : type == typeof(Envelope<WhoAmI>) ? One(Me, status, message)
        : type == typeof(Envelope<Pong>) ? One(new Pong(), status, message)
        : type == typeof(Envelope<EventVerification>) ? One(Verification, status, message)
        : type == typeof(Envelope<EventCheckpoint>) ? One(Checkpoint, status, message)
        : type == typeof(Envelope<Deployment>) ? One(Release, status, message)
        : type == typeof(ListEnvelope<Deployment>) ? List(Release, message)
        : type == typeof(Envelope<Preflight>) ? One(Check, status, message)
        : type == typeof(Envelope<PendingChanges>) ? One(Pending, status, message)
        : type == typeof(Envelope<IReadOnlyList<SecretDrift>>) ? One(Drift, status, message)
        : type == typeof(MergedMap) ? Json(Map)
        : type == typeof(ResolvedMap) ? Json(ResolvedExamples.Map)
        : type == typeof(Envelope<ResolvedKey>) ? One(ResolvedExamples.Key, status, message)
        : throw new InvalidOperationException($"[unexpected] an answer without an example: {type.Name}");

    private static JsonNode One<T>(T data, int status, string message) =>
        Json(new Envelope<T> { Data = data, Message = message, HttpStatus = status });

    private static JsonNode List<T>(T item, string message) => Json(new ListEnvelope<T>
    {
        Data = [item],
        Links = new() { First = "?page=1&per_page=15", Last = "?page=1&per_page=15", Prev = null, Next = null },
        Meta = new() { CurrentPage = 1, From = 1, To = 1, Total = 1, PerPage = PageRequest.DefaultPerPage, LastPage = 1 },
        Message = message,
        HttpStatus = StatusCodes.Status200OK,
    });

    private static JsonNode Json<T>(T answer) => JsonSerializer.SerializeToNode(answer, typeof(T), ContractsJson.Default)!;

    private static Guid Id(byte last) => new($"019a3f00-0000-7000-8000-0000000000{last:x2}");
}

/// <summary>Explains the headings that operations stand under.</summary>
internal sealed class TagFilter : IDocumentFilter
{
    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context) => swaggerDoc.Tags = new HashSet<OpenApiTag>
    {
        new() { Name = ApiTags.GlobalSecrets, Description = "Secrets of the whole account: every environment of every site gets them." },
        new() { Name = ApiTags.SiteSecrets, Description = "Secrets of one site, for any of its environments or for those of one type." },
        new() { Name = ApiTags.AppSecrets, Description = "Secrets of one app of a site: they override the site's." },
        new() { Name = ApiTags.Secrets, Description = "Secrets whatever their scope: all of the account, and single ones by their id." },
        new() { Name = ApiTags.EnvironmentSecrets, Description = "Secrets of one environment: they override global ones with the same key." },
        new() { Name = ApiTags.SecretTypes, Description = "What the value of a typed secret must be." },
        new() { Name = ApiTags.MergedMap, Description = "What a deployment gets: one value for each key." },
        new() { Name = ApiTags.Deployments, Description = "Merged maps that are frozen for a deployment, and what became of it." },
        new() { Name = ApiTags.Sites, Description = "Deployable projects." },
        new() { Name = ApiTags.Environments, Description = "Deployment targets of a site." },
        new() { Name = ApiTags.Apps, Description = "Separately running parts of a site: functions, workers." },
        new() { Name = ApiTags.RequiredSecrets, Description = "The keys that a site, or an app of it, cannot be deployed without." },
        new() { Name = ApiTags.ApiKeys, Description = "Who may do what: bearer keys with abilities, each for the whole account or for a part of it." },
        new() { Name = ApiTags.Events, Description = "The audit trail: who did what, when and from where." },
        new() { Name = ApiTags.Service, Description = "The service itself." },
    };
}

/// <summary>The headings of the OpenAPI document.</summary>
internal static class ApiTags
{
    public const string GlobalSecrets = "Global secrets";
    public const string SiteSecrets = "Site secrets";
    public const string AppSecrets = "App secrets";
    public const string EnvironmentSecrets = "Environment secrets";
    public const string Secrets = "Secrets";
    public const string SecretTypes = "Secret types";
    public const string MergedMap = "Merged map";
    public const string Deployments = "Deployments";
    public const string Sites = "Sites";
    public const string Environments = "Environments";
    public const string Apps = "Apps";
    public const string RequiredSecrets = "Required secrets";
    public const string ApiKeys = "API keys";
    public const string Events = "Events";
    public const string Service = "Service";
}
