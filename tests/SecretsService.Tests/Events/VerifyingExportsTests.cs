using System.Text;
using System.Text.Json.Nodes;
using SecretsService.Events;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Events;

/// <summary>An export of the audit trail is verified by itself: with neither a database nor a key.</summary>
public sealed class VerifyingExportsTests(SecretsServer server) : IClassFixture<SecretsServer>, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sks-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task An_export_that_nobody_touched_is_sound()
    {
        var account = await server.WithSixRecordsAsync();
        await server.RecordWithManifestAsync(account, """{"KÄY": {"secret_id": "x", "version": 1}}""");

        var (exitCode, output) = await VerifyAsync(await server.ExportAsync(account));

        output.ShouldContain($"Account {account.Id}: records 1 to 9 follow from each other.");
        output.ShouldContain("There was no checkpoint to compare with");
        exitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_checkpoint_proves_with_a_known_key_that_the_trail_is_the_one_that_was_there()
    {
        var account = await server.WithSixRecordsAsync();
        var checkpoint = await account.Client.GetAsync("/events/checkpoint");
        await server.RecordAsync(account, "seven");
        var export = await server.ExportAsync(account);

        var (exitCode, output) = await VerifyAsync(export, checkpoint.Text, KeyOf(checkpoint));
        output.ShouldContain("at record 6 agrees, and its signature is that of the public key that you gave.");
        exitCode.ShouldBe(0);

        var (onTrust, words) = await VerifyAsync(export, checkpoint.Data.GetRawText());
        words.ShouldContain($"({checkpoint.Data.GetProperty("key_id").GetString()}), which was taken on trust");
        onTrust.ShouldBe(0);
    }

    [Fact]
    public async Task A_trail_that_was_set_back_is_sound_in_itself_and_found_by_a_checkpoint()
    {
        var account = await server.WithSixRecordsAsync();
        await server.TamperAsync(account, $"CREATE TABLE chain_{account.Id:N} AS SELECT * FROM event_chains WHERE account_id = @account");
        await server.RecordAsync(account, "seven");
        var checkpoint = await account.Client.GetAsync("/events/checkpoint");
        await server.TamperAsync(
            account,
            $"DELETE FROM events WHERE account_id = @account AND seq > 6; DELETE FROM event_chains WHERE account_id = @account; INSERT INTO event_chains SELECT * FROM chain_{account.Id:N}");
        (await account.VerifyAsync()).ShouldBe("ok");

        (await VerifyAsync(await server.ExportAsync(account), checkpoint.Text)).Output.ShouldStartWith(
            "BROKEN: The export ends with record 6, and the checkpoint says that there were 7: records are missing at the end.");

        await server.RecordAsync(account, "another seven");
        (await account.VerifyAsync()).ShouldBe("ok");
        var (exitCode, output) = await VerifyAsync(await server.ExportAsync(account), checkpoint.Text);
        output.ShouldStartWith("BROKEN: Record 7 has another hash than the checkpoint says");
        exitCode.ShouldBe(1);
    }

    [Theory]
    [InlineData("the first record is gone", "Record 1 is missing.")]
    [InlineData("the third record is gone", "Record 3 is missing.")]
    [InlineData("the third record is changed", "Record 3 was changed")]
    [InlineData("a space is added to the third record's context", "Record 3 was changed")]
    [InlineData("the third record stands twice", "Record 3 was written at another place")]
    [InlineData("two records change places", "Record 4 was written at another place")]
    [InlineData("the manifest is gone", "Record 9 names the keys")]
    [InlineData("the manifest is changed", "Record 9 names the keys")]
    [InlineData("the start is gone", "Line 1, after record 0, is no line of an export")]
    [InlineData("the last line is cut off", "Line 9, after record 6, is no line of an export")]
    [InlineData("it is empty", "The file holds no export.")]
    public async Task What_was_done_to_an_export_is_found(string change, string sentence)
    {
        var account = await server.WithSixRecordsAsync();
        await server.RecordWithManifestAsync(account, """{"A": {"secret_id": "x", "version": 1}}""");

        // The start, the manifest, six records and the one with the manifest.
        var lines = await server.ExportAsync(account);
        Change(lines, change);

        var (exitCode, output) = await VerifyAsync(lines);

        output.ShouldContain($"BROKEN: {sentence}", customMessage: change);
        exitCode.ShouldBe(1);
    }

    [Theory]
    [InlineData("seq", "7")]
    [InlineData("hash", "\"00\"")]
    [InlineData("issued_at", "\"2026-01-01T00:00:00Z\"")]
    [InlineData("account_id", "\"019a3f00-0000-7000-8000-000000000001\"")]
    [InlineData("algorithm", "\"none\"")]
    [InlineData("signature", "\"\"")]
    [InlineData("public_key", "\"AAAA\"")]
    public async Task A_checkpoint_that_was_changed_proves_nothing(string member, string value)
    {
        var account = await server.WithSixRecordsAsync();
        var checkpoint = JsonNode.Parse((await account.Client.GetAsync("/events/checkpoint")).Data.GetRawText())!;
        checkpoint[member] = JsonNode.Parse(value);

        var (exitCode, output) = await VerifyAsync(await server.ExportAsync(account), checkpoint.ToJsonString());

        exitCode.ShouldBe(1, output);
        output.ShouldStartWith("BROKEN: ");
    }

    [Fact]
    public async Task A_checkpoint_under_another_key_than_the_known_one_proves_nothing()
    {
        var account = await server.WithSixRecordsAsync();
        var other = await (await server.WithSixRecordsAsync()).Client.GetAsync("/events/checkpoint");
        var checkpoint = await account.Client.GetAsync("/events/checkpoint");

        var (exitCode, output) = await VerifyAsync(await server.ExportAsync(account), checkpoint.Text, KeyOf(other));

        output.ShouldContain("it was not issued under the public key that you gave");
        exitCode.ShouldBe(1);
    }

    [Theory]
    [InlineData("--verify-export")]
    [InlineData("--verify-export", "a", "--public-key", "b")]
    [InlineData("--verify-export", "a", "--checkpoint")]
    [InlineData("--verify-export", "a", "--urls", "http://127.0.0.1:1")]
    public async Task Words_that_do_not_belong_together_are_answered_with_those_that_do(params string[] words)
    {
        await using var errors = new StringWriter();

        (await VerifyExportCommand.RunAsync(words, TextWriter.Null, errors)).ShouldBe(1);

        errors.ToString().ShouldStartWith("Usage: --verify-export FILE [--checkpoint FILE] [--public-key BASE64]");
    }

    [Fact]
    public async Task The_service_verifies_an_export_without_any_setting()
    {
        var account = await server.WithSixRecordsAsync();
        var file = await WriteAsync("export", await server.ExportAsync(account));
        await using var process = ServiceProcess.Start([], "--verify-export", file);

        (await process.ExitAsync()).ShouldBe(0, process.Output);
        process.Output.ShouldStartWith($"Account {account.Id}: records 1 to 6 follow from each other.");
    }

    private static string KeyOf(ApiAnswer checkpoint) => checkpoint.ShouldBe(200).Data.GetProperty("public_key").GetString()!;

    private static void Change(List<string> lines, string change)
    {
        switch (change)
        {
            case "the first record is gone": lines.RemoveAt(2); break;
            case "the third record is gone": lines.RemoveAt(4); break;
            case "the third record is changed": lines[4] = lines[4].Replace("\"three\"", "\"3\"", StringComparison.Ordinal); break;
            case "a space is added to the third record's context": lines[4] = lines[4].Replace("{\"key\"", "{ \"key\"", StringComparison.Ordinal); break;
            case "the third record stands twice": lines.Insert(5, lines[4]); break;
            case "two records change places": (lines[4], lines[5]) = (lines[5], lines[4]); break;
            case "the manifest is gone": lines.RemoveAt(1); break;
            case "the manifest is changed": lines[1] = lines[1].Replace("\"x\"", "\"y\"", StringComparison.Ordinal); break;
            case "the start is gone": lines.RemoveAt(0); break;
            case "the last line is cut off": lines[8] = lines[8][..^9]; break;
            default: lines.Clear(); break;
        }
    }

    private async Task<(int ExitCode, string Output)> VerifyAsync(List<string> lines, string? checkpoint = null, string? publicKey = null)
    {
        List<string> words = [VerifyExportCommand.Word, await WriteAsync("export", lines)];
        words.AddRange(checkpoint is null ? [] : ["--checkpoint", await WriteAsync("checkpoint", [checkpoint])]);
        words.AddRange(publicKey is null ? [] : ["--public-key", publicKey]);
        await using var output = new StringWriter();
        var exitCode = await VerifyExportCommand.RunAsync(words, output, output);
        return (exitCode, output.ToString());
    }

    private async Task<string> WriteAsync(string name, List<string> lines)
    {
        var file = Path.Combine(_folder.FullName, name);
        await File.WriteAllLinesAsync(file, lines, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        return file;
    }
}
