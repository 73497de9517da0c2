using System.Diagnostics;
using System.Text.RegularExpressions;
using SecretsService.Testing;
using Shouldly;
using Xunit;

namespace SecretsService.Tests;

/// <summary>
/// The curl lines of the "Environment Secrets" guide that this API follows, pasted into a shell as they are printed there: only the host, the
/// token and the ids in braces are replaced.
/// </summary>
public sealed class SourceDocumentTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    private const string Host = "https://api.builtfast.dev";

    private const string CreateGlobal =
        """
        curl -X POST "https://api.builtfast.dev/api/v1/vector/global-secrets" \
          -H "Authorization: Bearer YOUR_API_TOKEN" \
          -H "Content-Type: application/json" \
          -d '{
            "key": "STRIPE_SECRET_KEY",
            "value": "sk_live_..."
          }'
        """;

    private const string ListGlobal =
        """
        curl "https://api.builtfast.dev/api/v1/vector/global-secrets" \
          -H "Authorization: Bearer YOUR_API_TOKEN"
        """;

    private const string UpdateGlobal =
        """
        curl -X PUT "https://api.builtfast.dev/api/v1/vector/global-secrets/{id}" \
          -H "Authorization: Bearer YOUR_API_TOKEN" \
          -H "Content-Type: application/json" \
          -d '{
            "value": "new_value"
          }'
        """;

    private const string DeleteGlobal =
        """
        curl -X DELETE "https://api.builtfast.dev/api/v1/vector/global-secrets/{id}" \
          -H "Authorization: Bearer YOUR_API_TOKEN"
        """;

    private const string ListOfEnvironment =
        """
        curl "https://api.builtfast.dev/api/v1/vector/sites/12345/environments/67890/secrets" \
          -H "Authorization: Bearer YOUR_API_TOKEN"
        """;

    private const string CreateOfEnvironment =
        """
        curl -X POST "https://api.builtfast.dev/api/v1/vector/sites/12345/environments/67890/secrets" \
          -H "Authorization: Bearer YOUR_API_TOKEN" \
          -H "Content-Type: application/json" \
          -d '{
            "key": "STRIPE_SECRET_KEY",
            "value": "sk_test_..."
          }'
        """;

    private const string UpdateOfEnvironment =
        """
        curl -X PUT "https://api.builtfast.dev/api/v1/vector/sites/12345/environments/67890/secrets/{id}" \
          -H "Authorization: Bearer YOUR_API_TOKEN" \
          -H "Content-Type: application/json" \
          -d '{
            "value": "new_value"
          }'
        """;

    private const string DeleteOfEnvironment =
        """
        curl -X DELETE "https://api.builtfast.dev/api/v1/vector/sites/12345/environments/67890/secrets/{id}" \
          -H "Authorization: Bearer YOUR_API_TOKEN"
        """;

    [Fact]
    public async Task Every_line_works_as_printed_after_the_site_and_environment_were_made()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("12345", "67890");

        var global = IdIn(await PasteAsync(account, CreateGlobal, 201));
        (await PasteAsync(account, ListGlobal, 200)).ShouldContain("STRIPE_SECRET_KEY");
        await PasteAsync(account, UpdateGlobal, 200, global);
        (await account.InjectAsync("12345", "67890"))["STRIPE_SECRET_KEY"].ShouldBe("new_value");

        var own = IdIn(await PasteAsync(account, CreateOfEnvironment, 201));
        (await PasteAsync(account, ListOfEnvironment, 200)).ShouldContain(own);
        (await account.InjectAsync("12345", "67890"))["STRIPE_SECRET_KEY"].ShouldBe("sk_test_...");
        await PasteAsync(account, UpdateOfEnvironment, 200, own);

        await PasteAsync(account, DeleteOfEnvironment, 200, own);
        await PasteAsync(account, DeleteGlobal, 200, global);
        (await account.InjectAsync("12345", "67890")).ShouldBeEmpty();
    }

    private async Task<string> PasteAsync(Account account, string line, int status, string id = "")
    {
        var pasted = line
            .Replace(Host, server.Address.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal)
            .Replace("YOUR_API_TOKEN", account.Token, StringComparison.Ordinal)
            .Replace("{id}", id, StringComparison.Ordinal);
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"{pasted} --silent"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        var output = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        output.ShouldContain($"\"http_status\":{status}");
        return output;
    }

    private static string IdIn(string answer) =>
        Regex.Match(answer, "\"id\":\"(?<id>[0-9a-f-]+)\"", RegexOptions.NonBacktracking).Groups["id"].Value;
}
