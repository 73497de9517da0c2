using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.ResolutionSteps;
using static SecretsService.Tests.SecretSteps;

namespace SecretsService.Tests;

/// <summary>One value for several environment types: a secret for each of them, or none at all.</summary>
public sealed class WritingToSeveralTypesTests(SmallScopesServer server) : IClassFixture<SmallScopesServer>
{
    [Theory]
    [InlineData(Global, "global", "Global secrets created successfully")]
    [InlineData(OfSite, "site:shop", "Site secrets created successfully")]
    [InlineData(OfApp, "app:shop.worker", "App secrets created successfully")]
    public async Task One_is_created_for_each_type_in_the_order_of_the_request(string collection, string owner, string message)
    {
        var account = await server.NewShopAsync();

        var answer = await account.Client.PostAsync(collection, Body("A", "production", "preview"));

        answer.ShouldBe(201).Message.ShouldBe(message);
        answer.Places().ShouldBe([$"A {owner}/type:production", $"A {owner}/type:preview"]);
        answer.Data.EnumerateArray().Select(s => s.GetProperty("fingerprint").GetString()).Distinct().Count().ShouldBe(1);
        (await account.Client.GetAsync(collection)).Keys().Count.ShouldBe(2);
        (await account.MapOfAsync(Production, "?app=worker"))["A"].ShouldBe("1");
        (await account.MapOfAsync("/sites/shop/environments/staging", "?app=worker")).ShouldBeEmpty();
    }

    [Fact]
    public async Task One_type_is_answered_as_a_list_too()
    {
        var account = await server.NewShopAsync();

        (await account.Client.PostAsync(OfSite, Body("A", "local"))).ShouldBe(201).Places().ShouldBe(["A site:shop/type:local"]);
    }

    [Fact]
    public async Task A_type_and_its_shorthand_are_one()
    {
        var account = await server.NewShopAsync();

        (await account.Client.PostAsync(OfSite, Body("A", "prod", "production", "prod", "dev"))).ShouldBe(201).Places()
            .ShouldBe(["A site:shop/type:production", "A site:shop/type:development"]);
    }

    [Fact]
    public async Task They_are_one_change_with_an_event_for_each()
    {
        var account = await server.NewShopAsync();
        var before = await RevisionAsync(account);

        (await account.Client.PostAsync(OfSite, Body("A", "production", "preview", "local"))).ShouldBe(201);

        (await RevisionAsync(account)).ShouldBe(before + 1);
        (await server.QuerySqlAsync<int>("SELECT count(*) FROM events WHERE account_id = $1 AND event = 'secret.created'", account.Id)).ShouldBe(3);
    }

    [Fact]
    public async Task Each_type_that_has_the_key_already_is_named_and_nothing_is_written()
    {
        var account = await server.NewShopAsync();
        (await account.Client.PostAsync(OfSite, Body("token", "production", "local"))).ShouldBe(201);

        var answer = await account.Client.PostAsync(OfSite, Body("TOKEN", "preview", "prod", "local"));

        answer.ShouldBeError(422, "name_taken").ShouldBlame("environment_types", "production has the key already").ShouldBlame("environment_types", "local has");
        answer.Errors["environment_types"].ShouldNotContain("preview");
        (await account.Client.GetAsync(OfSite)).Keys().ShouldBe(["token", "token"]);
    }

    [Fact]
    public async Task A_key_for_any_environment_stands_against_none_of_them()
    {
        var account = await server.NewShopAsync();
        await account.HasAsync(OfSite, new { key = "A", value = "1" });

        (await account.Client.PostAsync(OfSite, Body("A", "production", "preview"))).ShouldBe(201);
    }

    [Theory]
    [InlineData("""{"key": "A", "value": "1", "environment_types": []}""", "1 to 32")]
    [InlineData("""{"key": "A", "value": "1", "environment_types": ["ok", "Not ok"]}""", "Each: Must be production")]
    [InlineData("""{"key": "A", "value": "1", "environment_types": [null]}""", "")]
    [InlineData("""{"key": "A", "value": "1", "environment_types": null}""", "")]
    [InlineData("""{"key": "A", "value": "1", "environment_types": "production"}""", "")]
    [InlineData("""{"key": "A", "value": "1", "environment_type": "local", "environment_types": ["production"]}""", "not both")]
    public async Task A_list_that_cannot_be_is_refused(string body, string words)
    {
        var account = await server.NewShopAsync();

        (await account.Client.PostAsync(OfSite, body)).ShouldBeError(422, "validation_failed").ShouldBlame("environment_types", words);
    }

    [Fact]
    public async Task There_may_be_32_types_and_not_one_more()
    {
        var account = await server.NewShopAsync();

        (await account.Client.PostAsync(OfSite, Body("A", [.. Enumerable.Range(1, 32).Select(n => $"t{n}")]))).ShouldBe(201).Data.GetArrayLength().ShouldBe(32);
        (await account.Client.PostAsync(OfSite, Body("B", [.. Enumerable.Range(1, 33).Select(n => $"t{n}")]))).ShouldBlame("environment_types", "1 to 32");
    }

    [Fact]
    public async Task One_type_that_is_full_keeps_the_others_from_being_written()
    {
        var account = await server.NewShopAsync();
        foreach (var number in Enumerable.Range(1, SmallScopesServer.PerScope))
        {
            (await account.Client.PostAsync(OfSite, Body($"K{number}", "production"))).ShouldBe(201);
        }

        (await account.Client.PostAsync(OfSite, Body("ONE_MORE", "preview", "production"))).ShouldBeError(422, "limit_reached");

        (await account.Client.GetAsync($"{OfSite}?q=one_more")).Keys().ShouldBeEmpty();
        (await account.Client.PostAsync(OfSite, Body("ONE_MORE", "preview"))).ShouldBe(201);
    }

    [Fact]
    public async Task A_pinned_value_of_one_type_keeps_the_others_from_being_written()
    {
        var account = await server.NewShopAsync();
        await account.HasAsync(Global, new { key = "A", value = "1", environment_type = "production", pinned = true });

        (await account.Client.PostAsync(OfSite, Body("A", "preview", "production"))).ShouldBeError(422, "validation_failed").ShouldBlame("key", "type production is pinned");

        (await account.Client.GetAsync(OfSite)).Keys().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_tombstone_can_stand_for_several_types()
    {
        var account = await server.NewShopAsync();

        (await account.Client.PostAsync(OfSite, new { key = "A", withheld = true, environment_types = new[] { "preview", "local" } }))
            .ShouldBe(201).Data.EnumerateArray().ShouldAllBe(s => s.GetProperty("withheld").GetBoolean());
    }

    [Fact]
    public async Task The_same_request_again_is_answered_with_the_same_list()
    {
        var account = await server.NewShopAsync();

        var first = await account.Client.PostAsync(OfSite, Body("A", "preview", "local"), ("Idempotency-Key", "several"));
        var again = await account.Client.PostAsync(OfSite, Body("A", "preview", "local"), ("Idempotency-Key", "several"));

        again.ShouldBe(201).Text.ShouldBe(first.ShouldBe(201).Text);
        (await account.Client.GetAsync(OfSite)).Keys().Count.ShouldBe(2);
    }

    private static object Body(string key, params string[] types) => new { key, value = "1", environment_types = types };

    private Task<long> RevisionAsync(Account account) => server.QuerySqlAsync<long>("SELECT revision FROM accounts WHERE id = $1", account.Id);
}

/// <summary>A server whose scopes are soon full.</summary>
public sealed class SmallScopesServer : SecretsServer
{
    public const int PerScope = 4;

    public SmallScopesServer() => With("Secrets:PerScope", "4");
}
