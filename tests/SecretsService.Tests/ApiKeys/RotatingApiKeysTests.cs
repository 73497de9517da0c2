using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using SecretsService.Retention;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.ApiKeys;

/// <summary>A key gets another token; the earlier ones end at once, or when what uses them has had time to be told.</summary>
public sealed class RotatingApiKeysTests(ManualClockServer server) : IClassFixture<ManualClockServer>
{
    [Theory]
    [InlineData(null)]
    [InlineData("{}")]
    [InlineData("""{"grace_seconds": 0}""")]
    public async Task Without_a_grace_the_earlier_token_is_dead_at_once(string? body)
    {
        var (account, key) = await NewKeyAsync();
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        using var content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json");

        var rotated = (await account.Client.SendAsync(HttpMethod.Post, $"/api-keys/{key.Text("id")}/rotate", content)).ShouldBe(200);

        rotated.Headers["Cache-Control"].ShouldBe("no-store");
        rotated.Id.ShouldBe(key.Text("id"));
        rotated.Data.GetProperty("rotated_at").GetDateTimeOffset().ShouldBe(server.Clock.GetUtcNow(), TimeSpan.FromMilliseconds(1));
        rotated.Data.GetProperty("previous_token_expires_at").ValueKind.ShouldBe(JsonValueKind.Null);
        (await IsAcceptedAsync(key)).ShouldBeFalse();
        (await IsAcceptedAsync(rotated.Data)).ShouldBeTrue();
        (await account.Client.GetAsync($"/api-keys/{key.Text("id")}")).ShouldBe(200).Text.ShouldNotContain("sks_");
    }

    [Fact]
    public async Task During_a_grace_both_tokens_are_accepted_and_after_it_the_new_one()
    {
        var (account, key) = await NewKeyAsync();

        var rotated = await RotateAsync(account, key, 3_600);

        rotated.GetProperty("previous_token_expires_at").GetDateTimeOffset().ShouldBe(server.Clock.GetUtcNow().AddHours(1), TimeSpan.FromMilliseconds(1));
        server.Clock.Advance(TimeSpan.FromSeconds(3_599));
        (await IsAcceptedAsync(key)).ShouldBeTrue();
        (await IsAcceptedAsync(rotated)).ShouldBeTrue();
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        (await IsAcceptedAsync(key)).ShouldBeFalse();
        (await IsAcceptedAsync(rotated)).ShouldBeTrue();
        (await account.Client.GetAsync($"/api-keys/{key.Text("id")}")).Data.GetProperty("previous_token_expires_at").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Theory]
    [InlineData(3_600, 60, 60)]
    [InlineData(60, 3_600, 60)]
    [InlineData(60, 60, 60)]
    public async Task Rotated_again_the_earlier_tokens_end_no_later_than_either_grace_says(int first, int second, int lives)
    {
        var (account, key) = await NewKeyAsync();
        var next = await RotateAsync(account, key, first);
        var last = await RotateAsync(account, key, second);

        server.Clock.Advance(TimeSpan.FromSeconds(lives - 1));
        (await IsAcceptedAsync(key)).ShouldBeTrue();
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        (await IsAcceptedAsync(key)).ShouldBeFalse();
        (await IsAcceptedAsync(next)).ShouldBe(second > lives);
        server.Clock.Advance(TimeSpan.FromSeconds(second - lives));
        (await IsAcceptedAsync(next)).ShouldBeFalse();
        (await IsAcceptedAsync(last)).ShouldBeTrue();
    }

    [Fact]
    public async Task Rotated_without_a_grace_within_one_all_earlier_tokens_are_dead_at_once()
    {
        var (account, key) = await NewKeyAsync();
        var next = await RotateAsync(account, key, 3_600);

        var last = await RotateAsync(account, key, 0);

        (await IsAcceptedAsync(key)).ShouldBeFalse();
        (await IsAcceptedAsync(next)).ShouldBeFalse();
        (await IsAcceptedAsync(last)).ShouldBeTrue();
        (await server.QuerySqlAsync<long>("SELECT count(*) FROM api_key_tokens WHERE account_id = $1 AND api_key_id = $2", account.Id, Guid.Parse(key.Text("id"))))
            .ShouldBe(1);
    }

    [Fact]
    public async Task A_key_can_rotate_itself()
    {
        var (_, key) = await NewKeyAsync();

        var rotated = (await server.ClientWith(key.Text("token")).PostAsync($"/api-keys/{key.Text("id")}/rotate", new { })).ShouldBe(200).Data;

        rotated.GetProperty("is_current").GetBoolean().ShouldBeTrue();
        (await IsAcceptedAsync(key)).ShouldBeFalse();
        (await IsAcceptedAsync(rotated)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_token_that_was_replaced_reads_yet_and_changes_no_keys()
    {
        var (account, key) = await NewKeyAsync();
        await RotateAsync(account, key, 3_600);
        var replaced = server.ClientWith(key.Text("token"));

        (await replaced.GetAsync("/api-keys")).ShouldBe(200);
        foreach (var refused in new[]
        {
            await replaced.PostAsync("/api-keys", new { name = "x" }),
            await replaced.PostAsync($"/api-keys/{key.Text("id")}/rotate", new { }),
            await replaced.DeleteAsync($"/api-keys/{key.Text("id")}"),
        })
        {
            refused.ShouldBeError(403, "forbidden").Message!.ShouldStartWith("This token was replaced when its key was rotated.");
        }
    }

    [Theory]
    [InlineData("""{"grace_seconds": -1}""", "grace_seconds", "from 0 to 604800")]
    [InlineData("""{"grace_seconds": 604801}""", "grace_seconds", "which is a week")]
    [InlineData("""{"grace_seconds": null}""", "grace_seconds", "may not be null")]
    [InlineData("""{"grace_seconds": 1.5}""", "grace_seconds", "a whole number")]
    [InlineData("""{"grace": 60}""", "grace", "Unknown field")]
    public async Task A_request_at_fault_rotates_nothing(string body, string field, string words)
    {
        var (account, key) = await NewKeyAsync();

        (await account.Client.PostAsync($"/api-keys/{key.Text("id")}/rotate", body)).ShouldBeError(422, "validation_failed").ShouldBlame(field, words);
        (await IsAcceptedAsync(key)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_week_is_the_longest_grace()
    {
        var (account, key) = await NewKeyAsync();

        await RotateAsync(account, key, 604_800);

        (await IsAcceptedAsync(key)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_key_that_has_expired_is_not_rotated()
    {
        var account = await server.NewAccountAsync();
        var key = (await account.Client.PostAsync("/api-keys", new { name = "x", expires_at = server.Clock.GetUtcNow().AddMinutes(1) })).ShouldBe(201).Id;
        server.Clock.Advance(TimeSpan.FromMinutes(1));

        (await account.Client.PostAsync($"/api-keys/{key}/rotate", new { })).ShouldBeError(409, "state_conflict").Message!.ShouldContain("has expired");
    }

    [Fact]
    public async Task An_idempotency_key_keeps_no_token()
    {
        var (account, key) = await NewKeyAsync();
        var path = $"/api-keys/{key.Text("id")}/rotate";

        var first = (await account.Client.PostAsync(path, new { }, ("Idempotency-Key", "one"))).ShouldBe(200);
        var second = (await account.Client.PostAsync(path, new { }, ("Idempotency-Key", "one"))).ShouldBe(200);

        second.Data.Text("token").ShouldNotBe(first.Data.Text("token"));
    }

    [Fact]
    public async Task Of_many_rotations_at_once_one_token_is_left()
    {
        var (account, key) = await NewKeyAsync();

        var rotated = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => RotateAsync(account, key, 0)));

        var accepted = await Task.WhenAll(rotated.Select(IsAcceptedAsync));
        accepted.Count(a => a).ShouldBe(1);
    }

    [Fact]
    public async Task A_rotation_is_in_the_audit_trail()
    {
        var (account, key) = await NewKeyAsync();

        await RotateAsync(account, key, 60);

        var context = JsonDocument.Parse(await server.QuerySqlAsync<string>(
            "SELECT context::text FROM events WHERE account_id = $1 AND event = 'api-key.rotated' AND resource_id = $2", account.Id, Guid.Parse(key.Text("id")))).RootElement;
        context.Text("name").ShouldBe("pipeline");
        context.GetProperty("grace_seconds").GetInt32().ShouldBe(60);
    }

    [Fact]
    public async Task A_replaced_token_is_deleted_when_it_has_been_dead_for_a_day()
    {
        var (account, key) = await NewKeyAsync();
        await RotateAsync(account, key, 60);

        server.Clock.Advance(TimeSpan.FromSeconds(60) + TimeSpan.FromHours(23));
        await PurgeAsync();
        (await TokensOfAsync(account, key)).ShouldBe(2);
        server.Clock.Advance(TimeSpan.FromHours(1));
        await PurgeAsync();
        (await TokensOfAsync(account, key)).ShouldBe(1);
    }

    private async Task PurgeAsync()
    {
        await using var scope = server.NewScope();
        await scope.ServiceProvider.GetRequiredService<Purge>().DeleteReplacedTokensAsync(CancellationToken.None);
    }

    private async Task<(Account Account, JsonElement Key)> NewKeyAsync()
    {
        var account = await server.NewAccountAsync();
        return (account, (await account.Client.PostAsync("/api-keys", new { name = "pipeline" })).ShouldBe(201).Data);
    }

    private static async Task<JsonElement> RotateAsync(Account account, JsonElement key, int grace) =>
        (await account.Client.PostAsync($"/api-keys/{key.Text("id")}/rotate", new { grace_seconds = grace })).ShouldBe(200).Data;

    private async Task<bool> IsAcceptedAsync(JsonElement key)
    {
        var answer = await server.ClientWith(key.Text("token")).GetAsync("//api/v1/auth/whoami");
        if (answer.Status != 200)
        {
            answer.ShouldBeError(401, "unauthenticated");
        }

        return answer.Status == 200;
    }

    private Task<long> TokensOfAsync(Account account, JsonElement key) => server.QuerySqlAsync<long>(
        "SELECT count(*) FROM api_key_tokens WHERE account_id = $1 AND api_key_id = $2", account.Id, Guid.Parse(key.Text("id")));
}
