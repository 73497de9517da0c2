using System.Text.Json;
using SecretsService.Testing;
using Shouldly;
using Xunit;
using static SecretsService.Tests.SecretSteps;

namespace SecretsService.Tests;

/// <summary>Writing an expiry, and finding what has run out or soon will.</summary>
public sealed class ExpiringSecretsListsTests(ManualClockServer server) : IClassFixture<ManualClockServer>
{
    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(-1_000_000_000)]
    public async Task An_expiry_that_is_not_in_the_future_is_refused(int seconds)
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("B", "1");

        (await account.Client.PostAsync(Global, new { key = "A", value = "1", expires_at = After(seconds) }))
            .ShouldBeError(422, "validation_failed").ShouldBlame("expires_at", "in the future");
        (await account.Client.PutAsync($"/secrets/{id}", new { expires_at = After(seconds) })).ShouldBeError(422, "validation_failed").ShouldBlame("expires_at", "in the future");
    }

    [Theory]
    [InlineData("2999-01-01T02:00:00+02:00", "2999-01-01T00:00:00Z")]
    [InlineData("2998-12-31T18:30:00-05:30", "2999-01-01T00:00:00Z")]
    [InlineData("2999-01-01T00:00:00.123456Z", "2999-01-01T00:00:00.123456Z")]
    [InlineData("2999-01-01T00:00:00-00:00", "2999-01-01T00:00:00Z")]
    public async Task An_expiry_at_any_offset_is_answered_in_UTC(string sent, string answered)
    {
        var account = await server.NewShopAsync();

        var created = await account.Client.PostAsync(Global, new { key = "A", value = "1", expires_at = sent });

        var time = created.ShouldBe(201).Data.Text("expires_at");
        time.ShouldEndWith("Z");
        DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture).ShouldBe(
            DateTimeOffset.Parse(answered, System.Globalization.CultureInfo.InvariantCulture));
        (await account.Client.PutAsync($"/secrets/{created.Id}", new { expires_at = sent })).ShouldBe(200).Data.GetRawText().ShouldBe(created.Data.GetRawText());
    }

    [Theory]
    [InlineData("2999-01-01T00:00:00")]
    [InlineData("2999-01-01")]
    [InlineData("2999-02-30T00:00:00Z")]
    [InlineData("2999-01-01T25:00:00Z")]
    [InlineData("tomorrow")]
    [InlineData("")]
    [InlineData("32472144000")]
    public async Task A_text_that_is_no_time_with_an_offset_is_refused(string text)
    {
        var account = await server.NewShopAsync();
        var id = await account.HasSecretAsync("B", "1");

        (await account.Client.PostAsync(Global, new { key = "A", value = "1", expires_at = text })).ShouldBeError(422, "validation_failed").Errors.Keys.ShouldBe(["expires_at"]);
        (await account.Client.PutAsync($"/secrets/{id}", new { expires_at = text })).ShouldBeError(422, "validation_failed").Errors.Keys.ShouldBe(["expires_at"]);
    }

    [Fact]
    public async Task Null_clears_an_expiry_and_a_create_takes_none()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasAsync(Global, new { key = "A", value = "1", expires_at = After(60) });
        server.Clock.Advance(TimeSpan.FromSeconds(61));
        (await account.InjectAsync("shop", "production")).ShouldBeEmpty();

        var answer = await account.Client.PutAsync($"/secrets/{id}", """{"expires_at": null}""");

        answer.ShouldBe(200).Data.GetProperty("expires_at").ValueKind.ShouldBe(JsonValueKind.Null);
        answer.Data.GetProperty("expired").GetBoolean().ShouldBeFalse();
        (await account.InjectAsync("shop", "production")).Keys.ShouldBe(["A"]);
        (await account.Client.PostAsync(Global, """{"key": "B", "value": "1", "expires_at": null}""")).ShouldBlame("expires_at", "");
    }

    [Fact]
    public async Task An_expiry_in_the_past_that_was_there_already_can_be_sent_back()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasAsync(Global, new { key = "A", value = "1", expires_at = After(60) });
        server.Clock.Advance(TimeSpan.FromSeconds(61));
        var read = await account.Client.GetAsync($"/secrets/{id}");
        read.Data.GetProperty("expired").GetBoolean().ShouldBeTrue();

        var answer = await account.Client.PutAsync($"/secrets/{id}", new { expires_at = read.Data.Text("expires_at"), description = "changed" });

        answer.ShouldBe(200).Data.Text("description").ShouldBe("changed");
    }

    [Fact]
    public async Task A_new_value_does_not_bring_an_expired_secret_back_by_itself()
    {
        var account = await server.NewShopAsync();
        var id = await account.HasAsync(Global, new { key = "A", value = "1", expires_at = After(60) });
        server.Clock.Advance(TimeSpan.FromSeconds(61));

        (await account.Client.PutAsync($"/secrets/{id}", new { value = "2" })).ShouldBe(200).Data.GetProperty("expired").GetBoolean().ShouldBeTrue();
        (await account.InjectAsync("shop", "production")).ShouldBeEmpty();
        (await account.Client.PutAsync($"/secrets/{id}", new { expires_at = After(60) })).ShouldBe(200).Data.GetProperty("expired").GetBoolean().ShouldBeFalse();
        (await account.InjectAsync("shop", "production"))["A"].ShouldBe("2");
    }

    [Fact]
    public async Task Lists_tell_the_expired_from_those_that_will_be_soon_and_the_rest()
    {
        var account = await WithOneOfEachAsync();

        (await account.Client.GetAsync(Global + "?expired=true")).Keys().ShouldBe(["EXPIRED"]);
        (await account.Client.GetAsync(Global + "?expired=soon")).Keys().ShouldBe(["SOON"]);
        (await account.Client.GetAsync(Global + "?expired=false")).Keys().ShouldBe(["LATER", "NEVER", "SOON"]);
        (await account.Client.GetAsync(Global)).Keys().Count.ShouldBe(4);
        (await account.Client.GetAsync("/secrets?expired=soon")).Keys().ShouldBe(["SOON"]);
        (await account.Client.GetAsync(Global + "?expired=never")).ShouldBlame("expired", "true, soon or false");
        (await account.Client.GetAsync(Global + "?expired=TRUE")).ShouldBlame("expired", "true, soon or false");
    }

    [Fact]
    public async Task Soon_is_7_days_to_the_microsecond()
    {
        var account = await server.NewShopAsync();
        var now = Instant();
        await account.HasAsync(Global, new { key = "AT", value = "1", expires_at = now.AddDays(7) });
        await account.HasAsync(Global, new { key = "BEYOND", value = "1", expires_at = now.AddDays(7) + TimeSpan.FromMicroseconds(1) });

        (await account.Client.GetAsync(Global + "?expired=soon")).Keys().ShouldBe(["AT"]);
    }

    [Fact]
    public async Task The_counts_say_how_many_there_are_of_each()
    {
        var account = await WithOneOfEachAsync();
        await account.HasAsync(Global, new { key = "PLAIN", value = "1", is_secret = false });
        await account.HasAsync(OfProduction, new { key = "NEVER", withheld = true });
        var gone = await account.HasSecretAsync("GONE", "1");
        await account.Client.DeleteAsync($"/secrets/{gone}");

        var answer = await account.Client.GetAsync("/secrets/stats");

        answer.ShouldBe(200).Data.GetRawText().ShouldBe("""{"total":6,"expired":1,"expiring_soon":1,"plain":1,"withheld":1,"deleted":1}""");
        (await (await server.NewAccountAsync()).Client.GetAsync("/secrets/stats")).ShouldBe(200).Data.GetRawText()
            .ShouldBe("""{"total":0,"expired":0,"expiring_soon":0,"plain":0,"withheld":0,"deleted":0}""");
    }

    private async Task<Account> WithOneOfEachAsync()
    {
        var account = await server.NewShopAsync();
        await account.HasAsync(Global, new { key = "EXPIRED", value = "1", expires_at = After(60) });
        server.Clock.Advance(TimeSpan.FromSeconds(60));
        await account.HasAsync(Global, new { key = "SOON", value = "1", expires_at = After(60) });
        await account.HasAsync(Global, new { key = "LATER", value = "1", expires_at = Instant().AddDays(8) });
        await account.HasAsync(Global, new { key = "NEVER", value = "1" });
        return account;
    }

    private DateTimeOffset After(int seconds) => Instant().AddSeconds(seconds);

    // Whole microseconds, of which alone the database and the wire know.
    private DateTimeOffset Instant()
    {
        var now = server.Clock.GetUtcNow();
        server.Clock.Advance(-TimeSpan.FromTicks(now.Ticks % TimeSpan.TicksPerMicrosecond));
        return server.Clock.GetUtcNow();
    }
}
