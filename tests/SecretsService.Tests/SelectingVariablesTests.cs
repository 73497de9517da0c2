using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.ResolutionSteps;

namespace SecretsService.Tests;

/// <summary>A part of the merged map: some keys, or what is meant for browsers, or what is not.</summary>
public sealed class SelectingVariablesTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    [Fact]
    public async Task Only_the_keys_that_are_asked_for_are_given()
    {
        var account = await server.NewShopWithAsync("A", "B", "C");

        var answer = await account.Client.GetAsync(Production + "/injection?keys=C,A,C");

        Account.VariablesOf(answer.ShouldBe(200)).Keys.ShouldBe(["A", "C"]);
        answer.Json.GetProperty("meta").GetProperty("count").GetInt32().ShouldBe(2);
    }

    [Fact]
    public async Task Keys_may_be_asked_for_one_by_one()
    {
        var account = await server.NewShopWithAsync("A", "B", "C");

        (await account.MapOfAsync(Production, "?keys=A&keys=B")).Keys.ShouldBe(["A", "B"]);
    }

    [Fact]
    public async Task Letter_case_matters_in_a_key()
    {
        var account = await server.NewShopWithAsync("Key");

        (await account.Client.GetAsync(Production + "/injection?keys=KEY")).ShouldBlame("keys", "KEY is not there");
    }

    [Fact]
    public async Task Exposure_tells_what_browsers_load_from_what_they_do_not()
    {
        var account = await server.NewShopWithAsync("NEXT_PUBLIC_API", "NEXT_PUBLIC", "A");

        (await account.MapOfAsync(Production, "?exposure=client")).Keys.ShouldBe(["NEXT_PUBLIC_API"]);
        (await account.MapOfAsync(Production, "?exposure=server")).Keys.ShouldBe(["A", "NEXT_PUBLIC"]);
        (await account.MetaOfAsync(Production, "?exposure=server")).GetProperty("count").GetInt32().ShouldBe(2);
    }

    [Theory]
    [InlineData("exposure=public")]
    [InlineData("exposure=")]
    [InlineData("exposure=CLIENT")]
    [InlineData("exposure=client&exposure=server")]
    public async Task An_exposure_that_there_is_not_is_refused(string query)
    {
        var account = await server.NewAccountAsync();

        (await account.Client.GetAsync($"/injection?{query}")).ShouldBlame("exposure", "Must be client or server");
    }

    [Theory]
    [InlineData("keys=", "Entry 1 is empty")]
    [InlineData("keys=,", "Entry 2 is empty")]
    [InlineData("keys=A,", "Entry 2 is empty")]
    [InlineData("keys=A,%20B", "Entry 2 can be no key")]
    [InlineData("keys=1A", "Entry 1 can be no key")]
    [InlineData("keys=c4n4ry-value", "Entry 1 can be no key")]
    public async Task Keys_that_can_be_none_are_refused_and_not_quoted(string query, string words)
    {
        var account = await server.NewShopWithAsync("A");

        (await account.Client.GetAsync($"{Production}/injection?{query}")).ShouldBeError(422, "validation_failed").ShouldBlame("keys", words)
            .Text.ShouldNotContain("c4n4ry");
    }

    [Fact]
    public async Task Each_key_that_is_not_to_be_had_is_named_with_the_reason()
    {
        var account = await server.NewShopWithAsync("A", "OLD", "NEXT_PUBLIC_B");
        await account.HasTypeAsync(server);
        await account.HasTypedAsync(server, "/global-secrets", "NODE", """{"options":"c4n4ry"}""", "NODE_OPTIONS");
        await account.HasTypedAsync(server, "/global-secrets", "AWS", """{"region":"c4n4ry"}""", "AWS_REGION");
        await account.HasAsync(Production + "/secrets", new { key = "GONE", withheld = true });
        await server.ExecuteSqlAsync("UPDATE secrets SET expires_at = now() - interval '1 hour' WHERE account_id = $1 AND name = 'OLD'", account.Id);

        var answer = await account.Client.GetAsync(
            $"{Production}/injection?exposure=server&keys=OLD,GONE,A,NODE_OPTIONS,AWS_REGION,NEXT_PUBLIC_B,NOWHERE,NODE");

        answer.ShouldBeError(422, "validation_failed").Json.GetProperty("errors").Texts("keys").ShouldBe(
        [
            "AWS_REGION is reserved and was left out. Leave the key out of keys.",
            "GONE is withheld from this target by a tombstone. Leave the key out of keys.",
            "NEXT_PUBLIC_B has a public prefix, so exposure=server leaves it out. Leave out exposure, or the key.",
            "NODE is not there: no secret gives the target this variable. Create one, or leave the key out of keys.",
            "NODE_OPTIONS changes what the process itself loads or runs and was left out: it is the field options of NODE. Rename one of the two. Leave the key out of keys.",
            "NOWHERE is not there: no secret gives the target this variable. Create one, or leave the key out of keys.",
            "OLD has expired. Write a new value with a later expires_at, or leave the key out of keys.",
        ]);
        answer.Text.ShouldNotContain("c4n4ry");
    }

    [Fact]
    public async Task A_key_of_the_server_is_not_to_be_had_for_browsers()
    {
        var account = await server.NewShopWithAsync("A");

        (await account.Client.GetAsync(Production + "/injection?exposure=client&keys=A"))
            .ShouldBlame("keys", "A has no public prefix, so exposure=client leaves it out.");
    }

    [Fact]
    public async Task What_is_expired_or_withheld_is_named_where_it_would_have_been_selected()
    {
        var account = await server.NewShopWithAsync("A", "OLD", "NEXT_PUBLIC_OLD");
        await account.HasAsync(Production + "/secrets", new { key = "GONE", withheld = true });
        await server.ExecuteSqlAsync("UPDATE secrets SET expires_at = now() - interval '1 hour' WHERE account_id = $1 AND name LIKE '%OLD'", account.Id);

        var all = await account.MetaOfAsync(Production, "?prefix=X_");
        var client = await account.MetaOfAsync(Production, "?exposure=client");
        var one = await account.MetaOfAsync(Production, "?keys=A");

        all.Texts("expired").ShouldBe(["NEXT_PUBLIC_OLD", "OLD"]);
        all.Texts("withheld").ShouldBe(["GONE"]);
        client.Texts("expired").ShouldBe(["NEXT_PUBLIC_OLD"]);
        client.Texts("withheld").ShouldBeEmpty();
        one.Texts("expired").ShouldBeEmpty();
        one.Texts("withheld").ShouldBeEmpty();
    }

    [Fact]
    public async Task Sources_are_those_of_the_selection_under_the_names_that_it_has()
    {
        var account = await server.NewShopWithAsync("A", "B");

        var sources = (await account.MetaOfAsync(Production, "?keys=B&prefix=X_&sources=true")).GetProperty("sources");

        sources.EnumerateObject().Select(s => s.Name).ShouldBe(["X_B"]);
    }

    [Fact]
    public async Task A_field_of_a_typed_secret_is_selected_by_its_variable()
    {
        var account = await server.NewShopWithAsync("A");
        await account.HasTypeAsync(server);
        await account.HasTypedAsync(server, "/global-secrets", "SMTP", """{"host":"mail","port":1}""", "SMTP_HOST", "SMTP_PORT");

        (await account.MapOfAsync(Production, "?keys=SMTP_PORT")).ShouldBe(new Dictionary<string, string>(StringComparer.Ordinal) { ["SMTP_PORT"] = "1" });
        (await account.Client.GetAsync(Production + "/injection?keys=SMTP")).ShouldBlame("keys", "SMTP is not there");
    }

    [Fact]
    public async Task All_options_go_together()
    {
        var account = await server.NewShopWithAsync("A", "NEXT_PUBLIC_A", "NEXT_PUBLIC_B");

        (await account.Client.GetAsync(Production + "/injection?format=shell&prefix=X_&exposure=client&keys=NEXT_PUBLIC_B"))
            .ShouldBe(200).Text.ShouldBe("export X_NEXT_PUBLIC_B='value'\n");
    }
}
