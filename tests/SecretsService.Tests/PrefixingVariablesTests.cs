using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.ResolutionSteps;

namespace SecretsService.Tests;

/// <summary>A prefix makes new names, and none that may not be; nor do the fields of a typed secret.</summary>
public sealed class PrefixingVariablesTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    [Fact]
    public async Task Every_variable_gets_the_prefix_and_keeps_its_place()
    {
        var account = await server.NewShopWithAsync("b", "A", "PATH");

        var map = await account.MapOfAsync(Production, "?prefix=FLUXBASE_SECRET_");

        map.Keys.ShouldBe(["FLUXBASE_SECRET_A", "FLUXBASE_SECRET_PATH", "FLUXBASE_SECRET_b"]);
    }

    [Fact]
    public async Task Keys_and_exposure_go_by_the_names_without_it()
    {
        var account = await server.NewShopWithAsync("A", "NEXT_PUBLIC_A");

        (await account.MapOfAsync(Production, "?prefix=X_&keys=A")).Keys.ShouldBe(["X_A"]);
        (await account.MapOfAsync(Production, "?prefix=X_&exposure=client")).Keys.ShouldBe(["X_NEXT_PUBLIC_A"]);
        (await account.Client.GetAsync(Production + "/injection?prefix=X_&keys=X_A")).ShouldBlame("keys", "X_A is not there");
    }

    [Theory]
    [InlineData("")]
    [InlineData("1A")]
    [InlineData("A-")]
    [InlineData("A.")]
    [InlineData("%C3%89")]
    [InlineData("A&prefix=B")]
    [InlineData("c4n4ry-value")]
    public async Task A_prefix_that_no_name_can_begin_with_is_refused_and_not_quoted(string prefix)
    {
        var account = await server.NewShopWithAsync("A");

        (await account.Client.GetAsync($"{Production}/injection?prefix={prefix}"))
            .ShouldBeError(422, "validation_failed").ShouldBlame("prefix", "Must be 1 to 128 characters").Text.ShouldNotContain("c4n4ry");
    }

    [Theory]
    [InlineData(128, 200)]
    [InlineData(129, 422)]
    public async Task A_prefix_has_up_to_128_characters(int length, int status)
    {
        var account = await server.NewShopWithAsync("A");

        (await account.Client.GetAsync($"{Production}/injection?prefix={new string('P', length)}")).ShouldBe(status);
    }

    [Theory]
    [InlineData(254, true)]
    [InlineData(255, false)]
    public async Task A_name_has_up_to_256_characters_with_its_prefix(int length, bool fits)
    {
        var key = new string('K', length);
        var account = await server.NewShopWithAsync(key, "A");

        var answer = await account.Client.GetAsync(Production + "/injection?prefix=X_");

        answer.ShouldBe(fits ? 200 : 422);
        if (!fits)
        {
            answer.ShouldBlame("prefix", $"{key} would have a name of 257 characters, and 256 are the most. Choose another prefix, or leave the key out.");
        }
    }

    [Theory]
    [InlineData("AWS_", "REGION", "AWS_REGION, which is reserved")]
    [InlineData("aws_", "REGION", "aws_REGION, which is reserved")]
    [InlineData("DB_", "HOST", "DB_HOST, which is reserved")]
    [InlineData("D", "B_HOST", "DB_HOST, which is reserved")]
    [InlineData("LD_", "PRELOAD", "LD_PRELOAD, which changes what the process itself loads or runs")]
    [InlineData("NODE_", "OPTIONS", "NODE_OPTIONS, which changes what the process itself loads or runs")]
    [InlineData("NEXT_", "PUBLIC_KEY", "NEXT_PUBLIC_KEY, which frameworks build into what browsers load")]
    [InlineData("P", "ATH", "PATH, which changes what the process itself loads or runs")]
    public async Task A_prefix_cannot_make_a_name_that_may_not_be(string prefix, string key, string words)
    {
        var account = await server.NewShopWithAsync(key, "HARMLESS");

        var answer = await account.Client.GetAsync($"{Production}/injection?format=shell&prefix={prefix}");

        answer.ShouldBeError(422, "validation_failed").ShouldBlame("prefix", $"{key} would become {words}").Text.ShouldNotContain("value");
    }

    [Fact]
    public async Task Every_name_at_fault_is_said_and_one_that_is_not_selected_is_none()
    {
        var account = await server.NewShopWithAsync("OPTIONS", "PATH", "OTHER");

        (await account.Client.GetAsync(Production + "/injection?prefix=NODE_&keys=OTHER,OPTIONS,PATH,NONE")).ShouldBeError(422, "validation_failed")
            .Json.GetProperty("errors").Texts("prefix").Count.ShouldBe(2);
        (await account.MapOfAsync(Production, "?prefix=NODE_&keys=OTHER")).Keys.ShouldBe(["NODE_OTHER"]);
    }

    [Fact]
    public async Task A_faulty_prefix_and_a_missing_key_are_said_at_once()
    {
        var account = await server.NewShopWithAsync("PRELOAD");

        (await account.Client.GetAsync(Production + "/injection?prefix=LD_&keys=PRELOAD,NONE")).ShouldBeError(422, "validation_failed")
            .Errors.Keys.ShouldBe(["keys", "prefix"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("NODE", "options", "NODE_OPTIONS")]
    [InlineData("LD", "preload", "LD_PRELOAD")]
    [InlineData("node", "options", "node_OPTIONS")]
    public async Task A_field_that_takes_hold_of_the_process_is_refused_when_it_is_written(string key, string field, string variable)
    {
        var account = await (await server.NewAccountAsync()).HasTypeAsync("mine", "fields", field);

        (await account.WriteTypedAsync(key, "mine", $$"""{"{{field}}":"c4n4ry"}""")).ShouldBeError(422, "validation_failed")
            .ShouldBlame($"value.{field}", $"The field gives the variable {variable}, which changes what the process itself loads or runs. Rename the secret or the field.")
            .Text.ShouldNotContain("c4n4ry");
    }

    [Fact]
    public async Task A_secret_that_is_called_so_itself_is_given()
    {
        var account = await server.NewShopWithAsync("NODE_OPTIONS");

        (await account.MapOfAsync(Production)).Keys.ShouldBe(["NODE_OPTIONS"]);
    }

    [Fact]
    public async Task A_stored_field_that_takes_hold_of_the_process_is_left_out_and_said_so()
    {
        var account = await server.NewShopWithAsync("A");
        await account.HasTypeAsync(server);
        await account.HasTypedAsync(server, "/global-secrets", "NODE", """{"options":"x"}""", "NODE_OPTIONS");

        (await account.MapOfAsync(Production)).Keys.ShouldBe(["A"]);
        (await account.MetaOfAsync(Production)).Texts("warnings").ShouldBe(
            ["NODE_OPTIONS changes what the process itself loads or runs and was left out: it is the field options of NODE. Rename one of the two."]);
        (await account.ExplainAsync(Production, "NODE_OPTIONS")).Text("state").ShouldBe("reserved");
        var secret = await account.ExplainAsync(Production, "NODE");
        secret.Text("state").ShouldBe("reserved");
        secret.Text("reason").ShouldBe(
            "This variable changes what the process itself loads or runs, so no field of a secret gives it. Rename the secret or the field.");
    }

    [Fact]
    public async Task The_other_fields_of_such_a_secret_are_given()
    {
        var account = await server.NewShopWithAsync();
        await account.HasTypeAsync(server);
        await account.HasTypedAsync(server, "/global-secrets", "NODE", """{"options":"x","env":"y"}""", "NODE_OPTIONS", "NODE_ENV");

        (await account.MapOfAsync(Production)).Keys.ShouldBe(["NODE_ENV"]);
        var secret = await account.ExplainAsync(Production, "NODE");
        secret.Texts("variables").ShouldBe(["NODE_ENV"]);
        secret.Text("reason").ShouldEndWith(" NODE_OPTIONS is left out: it changes what the process itself loads or runs.");
    }
}
