using System.Security.Cryptography;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests;

/// <summary>
/// The first promise, as a whole: after any sequence of changes each target gets exactly what the rule gives. A model of a few lines says what that
/// is, in other words than the service has for it. A failure prints the seed, which replays the run, and the operations so far.
/// </summary>
public sealed class ReferenceModelTests(ManualClockServer server) : IClassFixture<ManualClockServer>
{
    private const int Steps = 150;

    private static readonly Place[] Targets =
    [
        new("shop", "worker", "production", "production"),
        new("shop", null, "production", "production"),
        new("shop", "web", "development", "staging"),
        new("blog", null, "production", "production"),
        new(null, null, "production", null),
        new(null, null, null, null),
    ];

    private static readonly Place[] Scopes =
    [
        .. from owner in new (string? Site, string? App)[] { (null, null), ("shop", null), ("shop", "worker"), ("shop", "web"), ("blog", null) }
           from type in new[] { null, "production", "development" }
           select new Place(owner.Site, owner.App, type, null),
        new("shop", null, null, "production"), new("shop", null, null, "staging"), new("blog", null, null, "production"),
        new("shop", "worker", null, "production"), new("shop", "web", null, "staging"),
    ];

    private readonly List<string> _trail = [];

    [Theory]
    [InlineData(null)] // or the seed of a run that failed
    public async Task After_each_of_many_random_changes_each_target_gets_what_the_model_says(ulong? given)
    {
        var seed = given ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        _trail.Add($"seed {seed}");
        var account = await server.NewShopAsync();
        var model = new ReferenceModel(() => server.Clock.GetUtcNow());

        foreach (var step in Operations().Sample(Steps, new Rnd(seed), Steps))
        {
            await RunAsync(account, model, step);
            await Task.WhenAll(Targets.Select(target => ShouldAgreeAsync(account, model, target)));
        }

        await Task.WhenAll(model.Secrets.Select(secret => ShouldHaveItsVersionsAsync(account, secret)));
    }

    private static Gen<Operation> Operations() =>
        from action in Gen.Frequency(
            (12, Gen.Constant(Action.Create)), (5, Gen.Constant(Action.Write)), (3, Gen.Constant(Action.Rename)), (4, Gen.Constant(Action.Delete)),
            (4, Gen.Constant(Action.Restore)), (4, Gen.Constant(Action.RollBack)), (3, Gen.Constant(Action.SetExpiry)), (2, Gen.Constant(Action.Pin)),
            (2, Gen.Constant(Action.PassTime)), (1, Gen.Constant(Action.Nothing)))
        from secret in Gen.Choose(0, 10_000)
        from key in Gen.Elements("KEY", "key", "OTHER")
        from scope in Gen.Elements(Scopes)
        from number in Gen.Choose(0, 9)
        select new Operation(action, secret, key, scope, number);

    private async Task RunAsync(Account account, ReferenceModel model, Operation step)
    {
        var value = $"value {step.Number % 4}";
        if (step.Action == Action.PassTime)
        {
            server.Clock.Advance(TimeSpan.FromMinutes(20 * (1 + step.Number)));
            _trail.Add($"{step}");
            return;
        }

        if (step.Action == Action.Create || model.Secrets.Count == 0)
        {
            await CreateAsync(account, model, step, value);
            return;
        }

        var secret = model.Secrets[step.Secret % model.Secrets.Count];
        var path = $"/secrets/{secret.Id}";
        var expiry = step.Number > 2 ? At(step.Number) : (DateTimeOffset?)null;
        var isPinned = step.Number % 2 == 0;
        var version = 1 + (step.Number % (secret.Values.Count + 1));
        var (expected, answer) = step.Action switch
        {
            Action.Write => (ReferenceModel.Write(secret, value), await account.Client.PutAsync(path, new { value })),
            Action.Rename => (model.Rename(secret, step.Key), await account.Client.PutAsync(path, new { key = step.Key })),
            Action.Delete => (ReferenceModel.Delete(secret), await account.Client.DeleteAsync(path)),
            Action.Restore => (model.Restore(secret), await account.Client.PostAsync($"{path}/restore", "{}")),
            Action.RollBack => (ReferenceModel.RollBack(secret, version), await account.Client.PostAsync($"{path}/rollback", new { version })),
            Action.SetExpiry => (ReferenceModel.SetExpiry(secret, expiry), await account.Client.PutAsync(path, JsonSerializer.Serialize(new { expires_at = expiry }))),
            Action.Pin => (model.Pin(secret, isPinned), await account.Client.PutAsync(path, new { pinned = isPinned })),
            _ => (secret.IsDeleted ? 404 : 200, await account.Client.PutAsync(path, "{}")),
        };
        Record(step, $"{secret.Key} at {secret.Scope}", expected, answer);
        if (answer.Status == 200)
        {
            answer.Version().ShouldBe(secret.Values.Count, Trail());
        }
    }

    private async Task CreateAsync(Account account, ReferenceModel model, Operation step, string value)
    {
        var secret = new ReferenceModel.Secret(step.Key, step.Scope)
        {
            Values = step.Number == 9 ? [] : [value],
            ExpiresAt = step.Number is 7 or 8 ? At(step.Number) : null,
            IsPinned = step.Number == 0,
        };
        var body = new Dictionary<string, object>(StringComparer.Ordinal) { ["key"] = secret.Key, ["pinned"] = secret.IsPinned };
        if (secret.IsTombstone)
        {
            body.Add("withheld", true);
        }
        else
        {
            body.Add("value", value);
        }

        if (secret.ExpiresAt is { } expiry)
        {
            body.Add("expires_at", expiry);
        }

        if (secret.Scope.Type is { } type)
        {
            body.Add("environment_type", type);
        }

        var expected = model.Create(secret);
        var answer = await account.Client.PostAsync(CollectionOf(secret.Scope), body);
        Record(step, $"{secret.Key} at {secret.Scope}", expected, answer);
        secret.Id = answer.Status == 201 ? answer.Id : "";
    }

    private async Task ShouldAgreeAsync(Account account, ReferenceModel model, Place target)
    {
        var expected = model.MapOf(target);
        var path = target.Environment is null ? "" : $"/sites/{target.Site}/environments/{target.Environment}";
        var query = target.App is not null ? $"?app={target.App}" : target.Environment is null && target.Type is not null ? $"?environment_type={target.Type}" : "";

        var answer = await account.Client.GetAsync($"{path}/injection{query}");

        var where = $"{target}\n{Trail()}";
        answer.Status.ShouldBe(200, where);
        var meta = answer.Json.GetProperty("meta");
        var values = Account.VariablesOf(answer).Select(v => $"{v.Key}={v.Value}").Order(StringComparer.Ordinal).ToList();
        values.ShouldBe(expected.Values, customMessage: where);
        meta.Texts("expired").ShouldBe(expected.Expired, customMessage: where);
        meta.Texts("withheld").ShouldBe(expected.Withheld, customMessage: where);
        meta.Texts("warnings").ShouldBeEmpty(where);
    }

    private async Task ShouldHaveItsVersionsAsync(Account account, ReferenceModel.Secret secret)
    {
        if (secret.IsDeleted)
        {
            return;
        }

        (await account.VersionsAsync(secret.Id)).Count.ShouldBe(secret.Values.Count, Trail());
        foreach (var (number, value) in secret.Values.Index())
        {
            (await account.RevealAsync(secret.Id, number + 1)).ShouldBe(value, Trail());
        }
    }

    private static string CollectionOf(Place scope) =>
        scope.Site is null ? "/global-secrets"
        : $"/sites/{scope.Site}{(scope.App is null ? "" : $"/apps/{scope.App}")}{(scope.Environment is null ? "" : $"/environments/{scope.Environment}")}/secrets";

    // Whole seconds, of which every precision has an idea.
    private DateTimeOffset At(int hours)
    {
        var now = server.Clock.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond)).AddHours(hours);
    }

    private void Record(Operation step, string what, int expected, ApiAnswer answer)
    {
        _trail.Add($"{step.Action} {step.Number} {what} -> {answer.Status}");
        answer.Status.ShouldBe(expected, $"{answer.Text}\n{Trail()}");
    }

    private string Trail() => string.Join('\n', _trail);

    private enum Action
    {
        Create,
        Write,
        Rename,
        Delete,
        Restore,
        RollBack,
        SetExpiry,
        Pin,
        PassTime,
        Nothing,
    }

    private sealed record Operation(Action Action, int Secret, string Key, Place Scope, int Number);
}

/// <summary>A scope, which applies to what has the same in each part that is not null; or a target, which has what is not null.</summary>
internal sealed record Place(string? Site, string? App, string? Type, string? Environment)
{
    /// <summary>How narrow a scope is: an environment outweighs everything, an app a site, and a type nothing but its absence.</summary>
    public int Weight => (Environment is null ? 0 : 8) + (App is not null ? 4 : Site is not null ? 2 : 0) + (Type is null ? 0 : 1);

    /// <summary>Whether a target gets what stands at this scope.</summary>
    public bool Gives(Place target) =>
        (Site is null || Site == target.Site) && (App is null || App == target.App) && (Type is null || Type == target.Type)
        && (Environment is null || Environment == target.Environment);

    public override string ToString() => $"[{Site}.{App} {Type} {Environment}]";
}

/// <summary>What the service is to do, and the status that it is to answer.</summary>
internal sealed class ReferenceModel(Func<DateTimeOffset> now)
{
    // Every target that could be made, for a pinned key is not to be overridden in one that does not exist yet either.
    private static readonly Place[] Imaginable =
    [
        new("shop", null, "production", "production"), new("shop", null, "development", "staging"), new("blog", null, "production", "production"),
        .. from site in new[] { "shop", "blog" } from type in new[] { "production", "development", "another" } select new Place(site, null, type, "imaginary"),
    ];

    public List<Secret> Secrets { get; } = [];

    public int Create(Secret secret) => Refuses(secret) ? 422 : Do(() => Secrets.Add(secret), 201);

    public static int Write(Secret secret, string value) =>
        secret.IsDeleted ? 404 : secret.IsTombstone ? 422 : secret.Values[^1] == value ? 200 : Do(() => secret.Values.Add(value));

    public int Rename(Secret secret, string key) =>
        secret.IsDeleted ? 404 : secret.Key == key ? 200 : Refuses(secret with { Key = key }, secret) ? 422
        : Do(() =>
        {
            secret.Key = key;
            secret.Values.AddRange(secret.Values.TakeLast(1).ToList());
        });

    public static int Delete(Secret secret) => secret.IsDeleted ? 404 : Do(() => secret.IsDeleted = true);

    public int Restore(Secret secret) => secret.IsDeleted && Refuses(secret) ? 422 : Do(() => secret.IsDeleted = false);

    public static int RollBack(Secret secret, int version) =>
        secret.IsDeleted ? 404 : secret.IsTombstone ? 409 : version > secret.Values.Count ? 422 : Do(() => secret.Values.Add(secret.Values[version - 1]));

    public static int SetExpiry(Secret secret, DateTimeOffset? time) =>
        secret.IsDeleted ? 404 : secret.IsTombstone && time is not null ? 422 : Do(() => secret.ExpiresAt = time);

    public int Pin(Secret secret, bool isPinned) =>
        secret.IsDeleted ? 404 : isPinned && Refuses(secret with { IsPinned = true }, secret) ? 422 : Do(() => secret.IsPinned = isPinned);

    /// <summary>What a target gets, and what it does not get though a secret for it is there, each sorted.</summary>
    public (IReadOnlyList<string> Values, IReadOnlyList<string> Expired, IReadOnlyList<string> Withheld) MapOf(Place target)
    {
        var deciding = Secrets.Where(s => !s.IsDeleted && s.Scope.Gives(target)).GroupBy(s => s.Key, StringComparer.Ordinal)
            .Select(sameKey => sameKey.MaxBy(s => s.Scope.Weight)!).OrderBy(s => s.Key, StringComparer.Ordinal).ToList();
        return (
            [.. deciding.Where(s => !s.IsTombstone && !(s.ExpiresAt <= now())).Select(s => $"{s.Key}={s.Values[^1]}").Order(StringComparer.Ordinal)],
            [.. deciding.Where(s => s.ExpiresAt <= now()).Select(s => s.Key)],
            [.. deciding.Where(s => s.IsTombstone).Select(s => s.Key)]);
    }

    // A name is taken in whatever letter case; a pinned one is not overridden, nor one that is overridden pinned.
    private bool Refuses(Secret secret, Secret? instead = null) => Secrets.Where(o => !o.IsDeleted && o != (instead ?? secret)).Any(other =>
        (other.Scope == secret.Scope && other.Key.Equals(secret.Key, StringComparison.OrdinalIgnoreCase))
        || (other.Key == secret.Key && AppearTogether(other.Scope, secret.Scope)
            && (other.Scope.Weight < secret.Scope.Weight ? other.IsPinned : secret.IsPinned)));

    private static bool AppearTogether(Place one, Place other) => Imaginable
        .SelectMany(t => new[] { t, t with { App = "worker" }, t with { App = "web" } })
        .Any(target => one.Gives(target) && other.Gives(target));

    private static int Do(System.Action change, int status = 200)
    {
        change();
        return status;
    }

    /// <summary>A secret with all its values; one without any is a tombstone.</summary>
    internal sealed record Secret(string Key, Place Scope)
    {
        public string Id { get; set; } = "";

        public string Key { get; set; } = Key;

        public List<string> Values { get; init; } = [];

        public DateTimeOffset? ExpiresAt { get; set; }

        public bool IsPinned { get; set; }

        public bool IsDeleted { get; set; }

        public bool IsTombstone => Values.Count == 0;

        public bool Equals(Secret? other) => ReferenceEquals(this, other);

        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
    }
}
