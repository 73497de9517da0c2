using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.DeploymentSteps;

namespace SecretsService.Tests;

/// <summary>
/// The preflight tells beforehand what a deployment would be told: in every situation both say the same, with the same words, and neither shows a value.
/// </summary>
public sealed class CheckingBeforeDeployingTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    private const string Canary = "c4n4ry-7f3b9a";

    private static readonly Dictionary<string, Situation> Situations = new(StringComparer.Ordinal)
    {
        ["nothing is wrong"] = new([])
        {
            Arrange = async (_, account) =>
            {
                await account.HasSecretAsync("A", Canary);
                await account.RequiresAsync("/sites/shop", new { key = "A" });
            },
        },
        ["missing"] = new(["error missing A"], "A is missing.", "None of the 5 scopes", "Create it at one of them.")
        {
            Arrange = (_, account) => account.RequiresAsync("/sites/shop", new { key = "A" }),
        },
        ["missing, and says what it is for"] = new(["error missing A"], "It is for: Paying people")
        {
            Arrange = (_, account) => account.RequiresAsync("/sites/shop", new { key = "A", description = "Paying people" }),
        },
        ["missing, and names where it looked"] = new(
            ["error missing A"],
            "Looked at the secrets of app worker of site shop, environment production; of site shop, environment production; "
            + "of app worker of site shop, type production; of app worker of site shop; of site shop, type production; of site shop; "
            + "of the account, type production; of the account.")
        {
            App = "worker",
            Required = ["A"],
        },
        ["missing, with a twin in another letter case"] = new(["error missing KEY"], "There is Key: keys that differ in letter case are different keys.")
        {
            Arrange = (_, account) => account.HasSecretAsync("Key", Canary),
            Required = ["KEY"],
        },
        ["missing and optional"] = new(["warning missing A"], "A is missing.")
        {
            Arrange = (_, account) => account.RequiresAsync("/sites/shop", new { key = "A", optional = true }),
        },
        ["optional for the site and needed by the app"] = new(["error missing A"], "A is missing.")
        {
            App = "worker",
            Arrange = async (_, account) =>
            {
                await account.RequiresAsync("/sites/shop", new { key = "A", optional = true });
                await account.RequiresAsync("/sites/shop/apps/worker", new { key = "A" });
            },
        },
        ["needed by the site and optional for the app"] = new(["error missing A"], "A is missing.")
        {
            App = "worker",
            Arrange = async (_, account) =>
            {
                await account.RequiresAsync("/sites/shop", new { key = "A" });
                await account.RequiresAsync("/sites/shop/apps/worker", new { key = "A", optional = true });
            },
        },
        ["optional, and needed by the request"] = new(["error missing A"], "A is missing.")
        {
            Required = ["A"],
            Arrange = (_, account) => account.RequiresAsync("/sites/shop", new { key = "A", optional = true }),
        },
        ["needed by another app only"] = new([])
        {
            App = "worker",
            Arrange = (_, account) => account.RequiresAsync("/sites/shop/apps/web", new { key = "A" }),
        },
        ["needed by an app, and the site is deployed as a whole"] = new([])
        {
            Arrange = (_, account) => account.RequiresAsync("/sites/shop/apps/worker", new { key = "A" }),
        },
        ["deleted"] = new(["error missing A"], "The value of site shop was deleted at", "Restore it, or create the key anew.", "Looked at the secrets")
        {
            Required = ["A"],
            Arrange = async (_, account) =>
                (await account.Client.DeleteAsync($"/secrets/{await account.HasAsync("/sites/shop/secrets", new { key = "A", value = Canary })}")).ShouldBe(200),
        },
        ["expired and needed"] = new(["error expired A"], "A has expired.", "of the account expired at", "Write a new value with a later expires_at")
        {
            Required = ["A"],
            Arrange = async (server, account) => await server.ExpireAsync(account, await account.HasSecretAsync("A", Canary)),
        },
        ["expired and declared by nobody"] = new(["error expired A"], "A has expired.", "no broader value takes its place")
        {
            Arrange = async (server, account) => await server.ExpireAsync(account, await account.HasSecretAsync("A", Canary)),
        },
        ["expired and optional"] = new(["warning expired A"], "A has expired.")
        {
            Arrange = async (server, account) =>
            {
                await server.ExpireAsync(account, await account.HasSecretAsync("A", Canary));
                await account.RequiresAsync("/sites/shop", new { key = "A", optional = true });
            },
        },
        ["withheld"] = new(["error withheld A"], "A is withheld.", "A tombstone of site shop, environment production", "Delete the tombstone")
        {
            Required = ["A"],
            Arrange = WithholdAsync,
        },
        ["withheld and optional"] = new(["warning withheld A"], "A is withheld.")
        {
            Arrange = async (server, account) =>
            {
                await WithholdAsync(server, account);
                await account.RequiresAsync("/sites/shop", new { key = "A", optional = true });
            },
        },
        ["withheld and declared by nobody"] = new([]) { Arrange = WithholdAsync },
        ["a reserved name is needed"] = new(["error reserved DB_HOST"], "DB_HOST is required, and reserved.", "Use another name.")
        {
            Required = ["DB_HOST"],
        },
        ["a reserved name is optional"] = new(["warning reserved DB_HOST"], "DB_HOST is required, and reserved.")
        {
            Arrange = (_, account) => account.RequiresAsync("/sites/shop", new { key = "DB_HOST", optional = true }),
        },
        ["a name became reserved"] = new(["error reserved AWS_REGION"], "AWS_REGION is reserved", "Rename the secret")
        {
            Arrange = ReserveAsync,
        },
        ["a name became reserved that is needed"] = new(["error reserved AWS_REGION"], "AWS_REGION is reserved", "Rename the secret")
        {
            Required = ["AWS_REGION"],
            Arrange = ReserveAsync,
        },
        ["a name became reserved that is optional"] = new(["error reserved AWS_REGION"], "AWS_REGION is reserved", "Rename the secret")
        {
            Arrange = async (server, account) =>
            {
                await ReserveAsync(server, account);
                await account.RequiresAsync("/sites/shop", new { key = "AWS_REGION", optional = true });
            },
        },
        ["no type, where one is needed"] = new(["error type_mismatch A"], "A must have the secret type smtp, and has none.")
        {
            Arrange = async (_, account) =>
            {
                await account.HasSecretAsync("A", Canary);
                await account.RequiresAsync("/sites/shop", new { key = "A", secret_type = "smtp" });
            },
        },
        ["another type, where it is optional"] = new(["warning type_mismatch A"], "A must have the secret type smtp, and has the type login.")
        {
            Arrange = async (_, account) =>
            {
                await HasLoginAsync(account, "json");
                await account.RequiresAsync("/sites/shop", new { key = "A", secret_type = "smtp", optional = true });
            },
        },
        ["the type that is needed"] = new([])
        {
            Arrange = async (_, account) =>
            {
                await HasLoginAsync(account, "fields");
                await account.RequiresAsync("/sites/shop", new { key = "A", secret_type = "login" }, new { key = "A_PASSWORD" });
            },
        },
        ["a value that its type has left behind"] = new(["error type_violation A"], "The value of A does not satisfy its type.", "value.password")
        {
            Arrange = async (_, account) =>
            {
                await HasLoginAsync(account, "json");
                (await account.Client.PutAsync(
                    "/secret-types/login?force=true",
                    """{"schema": {"type": "object", "properties": {"password": {"type": "string", "maxLength": 3}}}}""")).ShouldBe(200);
            },
        },
        ["a value of a type that is no JSON"] = new(["error type_violation A"], "Must be a JSON object.")
        {
            Arrange = async (server, account) =>
            {
                await account.HasTypeAsync("login", "json", "password");
                await server.ChangeAsync(account, await account.HasSecretAsync("A", Canary), "secret_type = 'login'");
            },
        },
        ["a value that cannot be opened"] = new(["error unreadable A"], "The value of A cannot be opened. Write it anew.")
        {
            Arrange = async (server, account) =>
            {
                await account.HasSecretAsync("A", Canary);
                await server.DamageAsync(account, "A");
            },
        },
        ["a typed value that cannot be opened"] = new(["error unreadable A"], "The value of A cannot be opened. Write it anew.")
        {
            Required = ["A"],
            Arrange = async (server, account) =>
            {
                await HasLoginAsync(account, "fields");
                await server.DamageAsync(account, "A");
            },
        },
        ["two secrets that give one variable"] = new(["warning collision A_PASSWORD"], "A_PASSWORD is given by", "Rename one of them.")
        {
            Arrange = async (_, account) =>
            {
                await HasLoginAsync(account, "fields");
                await account.HasAsync("/sites/shop/secrets", new { key = "A_PASSWORD", value = Canary });
            },
        },
        ["a value that expires soon"] = new(["warning expiring_soon A"], "A expires at", "within 7 days", "Write a new value with a later expires_at.")
        {
            Arrange = (_, account) => account.HasAsync("/global-secrets", new { key = "A", value = Canary, expires_at = TimeProvider.System.GetUtcNow().AddDays(2) }),
        },
        ["a value that expires later"] = new([])
        {
            Arrange = (_, account) => account.HasAsync("/global-secrets", new { key = "A", value = Canary, expires_at = TimeProvider.System.GetUtcNow().AddDays(8) }),
        },
        ["everything at once"] = new(
            ["error missing B", "error missing D", "error reserved DB_HOST", "error type_mismatch A", "error withheld E", "error expired F", "warning missing C"])
        {
            Required = ["B", "D", "DB_HOST", "E"],
            Arrange = async (server, account) =>
            {
                await account.HasSecretAsync("A", Canary);
                await account.HasAsync(Production + "/secrets", new { key = "E", withheld = true });
                await server.ExpireAsync(account, await account.HasSecretAsync("F", Canary));
                await account.RequiresAsync("/sites/shop", new { key = "A", secret_type = "smtp" }, new { key = "C", optional = true }, new { key = "B" });
            },
        },
    };

    public static TheoryData<string> AllSituations() => [.. Situations.Keys];

    [Theory]
    [MemberData(nameof(AllSituations))]
    public async Task The_preflight_and_the_deployment_say_the_same(string name)
    {
        var situation = Situations[name];
        var account = await server.NewShopAsync();
        await situation.Arrange(server, account);
        var rows = await server.RowsAsync(account);

        var (posted, got) = await PreflightAsync(account, situation, Production);
        var deployed = await account.Client.PostAsync(Production + "/deployments", BodyOf(situation));

        got.Data.GetRawText().ShouldBe(posted.Data.GetRawText());
        ProblemsOf(posted).ShouldBe(situation.Problems, ignoreOrder: true, posted.Text);
        ProblemsOf(posted).Select(p => p.Split(' ')[0]).ShouldBeInOrder();
        posted.Data.GetProperty("ok").GetBoolean().ShouldBe(deployed.Status == 202);
        ShouldAgree(posted, deployed);
        situation.Words.ShouldAllBe(words => Messages(posted).Any(m => m.Contains(words, StringComparison.Ordinal)), posted.Text);
        (posted.Text + got.Text + deployed.Text).ShouldNotContain(Canary);
        (deployed.Status == 202 || await server.RowsAsync(account) == rows).ShouldBeTrue("a refused deployment left rows behind");
        server.Log.Lines.ShouldAllBe(line => !line.Text.Contains(Canary, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_preflight_with_an_idempotency_key_is_answered_by_what_is_there()
    {
        var account = await server.NewShopAsync();
        var key = ("Idempotency-Key", "once");
        (await account.Client.PostAsync($"{Production}/preflight", new { required = new[] { "A" } }, key)).Data.GetProperty("ok").GetBoolean().ShouldBeFalse();
        await account.HasSecretAsync("A", Canary);

        var answer = await account.Client.PostAsync($"{Production}/preflight", new { required = new[] { "A" } }, key);

        answer.Data.GetProperty("ok").GetBoolean().ShouldBeTrue();
        answer.Headers.Keys.ShouldNotContain("Idempotency-Replayed");
    }

    [Fact]
    public async Task On_a_developers_machine_what_is_missing_is_a_warning_and_an_empty_value()
    {
        var account = await server.NewShopAsync();
        const string Laptop = "/sites/shop/environments/laptop";
        (await account.Client.PostAsync("/sites/shop/environments", new { name = "Laptop", slug = "laptop", type = "local" })).ShouldBe(201);
        await account.HasSecretAsync("M", Canary);
        await account.HasAsync(Laptop + "/secrets", new { key = "WITHHELD", withheld = true });
        foreach (var key in new[] { "EXPIRED", "EXPIRED_UNDECLARED" })
        {
            await server.ExpireAsync(account, await account.HasSecretAsync(key, Canary));
        }

        (await account.Client.DeleteAsync($"/secrets/{await account.HasSecretAsync("DELETED", Canary)}")).ShouldBe(200);
        await account.RequiresAsync("/sites/shop", new { key = "A" }, new { key = "OPTIONAL", optional = true }, new { key = "EXPIRED" }, new { key = "WITHHELD" });
        var situation = new Situation([]) { Required = ["A", "Z", "DELETED", "M"] };

        var (posted, got) = await PreflightAsync(account, situation, Laptop);
        var deployed = (await account.Client.PostAsync(Laptop + "/deployments", BodyOf(situation))).ShouldBe(202);

        got.Data.GetRawText().ShouldBe(posted.Data.GetRawText());
        ProblemsOf(posted).ShouldBe(
            [
                "warning missing A", "warning missing DELETED", "warning expired EXPIRED", "warning expired EXPIRED_UNDECLARED", "warning missing OPTIONAL",
                "warning withheld WITHHELD", "warning missing Z",
            ]);
        ShouldAgree(posted, deployed);
        (await server.ThawAsync(account, deployed.Id)).ShouldBe(
            new Dictionary<string, string> { ["A"] = "", ["DELETED"] = "", ["EXPIRED"] = "", ["M"] = Canary, ["Z"] = "" });
    }

    [Theory]
    [InlineData("reserved", "AWS_REGION")]
    [InlineData("unreadable", "A")]
    public async Task What_is_broken_stands_against_a_local_deployment_too(string code, string key)
    {
        var account = await server.NewShopAsync();
        (await account.Client.PostAsync("/sites/shop/environments", new { name = "Laptop", slug = "laptop", type = "local" })).ShouldBe(201);
        await account.HasSecretAsync("A", Canary);
        await (code == "reserved" ? ReserveAsync(server, account) : server.DamageAsync(account, "A"));
        var situation = new Situation([]) { Required = code == "reserved" ? [] : [key] };

        var (posted, _) = await PreflightAsync(account, situation, "/sites/shop/environments/laptop");

        ProblemsOf(posted).ShouldBe([$"error {code} {key}"]);
        (await account.Client.PostAsync("/sites/shop/environments/laptop/deployments", BodyOf(situation))).Refusals().ShouldBe(Messages(posted));
    }

    [Fact]
    public async Task A_preflight_without_a_body_checks_what_is_declared_and_counts()
    {
        var account = await server.NewShopAsync();
        await account.HasSecretAsync("KEY", "väl");
        await account.HasSecretAsync("B", "");
        using var none = new StringContent("");

        var answer = (await account.Client.SendAsync(HttpMethod.Post, Production + "/preflight", none)).ShouldBe(200);

        answer.Message.ShouldBe("Nothing stands against a deployment");
        answer.Data.GetProperty("variable_count").GetInt32().ShouldBe(2);
        answer.Data.GetProperty("size_bytes").GetInt32().ShouldBe("KEY".Length + 4 + "B".Length);
        answer.Data.GetProperty("target").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        answer.Data.GetProperty("revision").GetInt64().ShouldBe(
            (await account.Client.PostAsync(Production + "/deployments", "{}")).ShouldBe(202).Data.GetProperty("revision").GetInt64());
    }

    [Theory]
    [InlineData("""{"required": ["9A"]}""", "?required=A,9A", "required")]
    [InlineData("""{"target": "nowhere"}""", "?target=nowhere", "target")]
    public async Task A_faulty_question_is_refused_in_both_ways(string body, string query, string field)
    {
        var account = await server.NewShopAsync();

        (await account.Client.PostAsync(Production + "/preflight", body)).ShouldBeError(422, "validation_failed").Errors.Keys.ShouldBe([field]);
        (await account.Client.GetAsync(Production + "/preflight" + query)).ShouldBeError(422, "validation_failed").Errors.Keys.ShouldBe([field]);
    }

    [Fact]
    public async Task A_thousand_keys_may_be_asked_for_and_one_more_not()
    {
        var account = await server.NewShopAsync();
        Task<ApiAnswer> AskAsync(int count) => account.Client.PostAsync(Production + "/preflight", new { required = Enumerable.Range(0, count).Select(i => $"K{i}") });

        (await AskAsync(1_000)).ShouldBe(200).Data.GetProperty("problems").GetArrayLength().ShouldBe(1_000);
        (await AskAsync(1_001)).ShouldBlame("required", "1000 keys at most");
    }

    private static async Task WithholdAsync(SecretsServer server, Account account)
    {
        _ = server;
        await account.HasSecretAsync("A", Canary);
        await account.HasAsync(Production + "/secrets", new { key = "A", withheld = true });
    }

    private static async Task ReserveAsync(SecretsServer server, Account account) =>
        await server.ChangeAsync(account, await account.HasSecretAsync("ONCE_FINE", Canary), "name = 'AWS_REGION'");

    private static async Task HasLoginAsync(Account account, string injection)
    {
        await account.HasTypeAsync("login", injection, "password");
        (await account.WriteTypedAsync("A", "login", $$"""{"password": "{{Canary}}"}""")).ShouldBe(201);
    }

    private static async Task<(ApiAnswer Posted, ApiAnswer Got)> PreflightAsync(Account account, Situation situation, string environment)
    {
        var query = string.Join('&', situation.App is { } app ? $"app={app}" : "", situation.Required is [] ? "" : $"required={string.Join(',', situation.Required)}");
        return (
            (await account.Client.PostAsync($"{environment}/preflight", BodyOf(situation))).ShouldBe(200),
            (await account.Client.GetAsync($"{environment}/preflight?{query.Trim('&')}")).ShouldBe(200));
    }

    private static Dictionary<string, object> BodyOf(Situation situation)
    {
        var body = new Dictionary<string, object>(StringComparer.Ordinal) { ["required"] = situation.Required };
        if (situation.App is { } app)
        {
            body["app"] = app;
        }

        return body;
    }

    private static IReadOnlyList<string> ProblemsOf(ApiAnswer preflight) =>
        [.. preflight.Data.GetProperty("problems").EnumerateArray().Select(p => $"{p.Text("severity")} {p.Text("code")} {p.Text("key")}")];

    private static IReadOnlyList<string> Messages(ApiAnswer preflight, string? severity = null) =>
        [.. preflight.Data.GetProperty("problems").EnumerateArray().Where(p => severity is null || p.Text("severity") == severity).Select(p => p.Text("message"))];

    private static void ShouldAgree(ApiAnswer preflight, ApiAnswer deployment)
    {
        if (deployment.Status != 202)
        {
            deployment.Refusals().ShouldBe(Messages(preflight, "error"));
            return;
        }

        Messages(preflight, "error").ShouldBeEmpty();
        deployment.Data.Texts("warnings").ShouldBe(Messages(preflight));
        deployment.Data.GetProperty("variable_count").GetInt32().ShouldBe(preflight.Data.GetProperty("variable_count").GetInt32());
    }

    private sealed record Situation(IReadOnlyList<string> Problems, params string[] Words)
    {
        public Func<SecretsServer, Account, Task> Arrange { get; init; } = (_, _) => Task.CompletedTask;

        public string? App { get; init; }

        public IReadOnlyList<string> Required { get; init; } = [];
    }
}
