using System.Text.Json;
using SecretsService.Formats;
using SecretsService.Testing;
using SecretsService.Tests.Formats;
using Shouldly;
using Xunit;

namespace SecretsService.Tests;

/// <summary>
/// The pipelines of docs/deployments.md, run as they are printed: the right variables arrive, no value and no token is on a command line or left behind, and
/// whatever fails is reported as failed.
/// </summary>
public sealed class DocumentedPipelinesTests(SecretsServer server) : IClassFixture<SecretsServer>
{
    private const string Password = "correct $(horse) 'battery' \"staple\" `x` \\";
    private const string Pem = "-----BEGIN KEY-----\nbG9uZyBlbm91Z2g=\n-----END KEY-----\n";

    // A shell may start its last program in its own place: only with some shells is there another one between this and the script.
    private const string StopsWhatRunsIt =
        """
        #!/bin/sh
        script=$PPID
        parent=$(cut -d' ' -f4 "/proc/$PPID/stat")
        if grep -q deploy.sh "/proc/$parent/cmdline"; then script=$parent; fi
        kill -TERM "$script"
        """;

    private static readonly string[] Names = ["PASSWORD", "PLAIN_HOST"];

    [Fact]
    public async Task Every_file_of_the_page_is_run_by_a_test() =>
        (await DocumentedFiles.ReadAsync()).Keys.ShouldBe(
            [
                "secrets.sh", "deploy.sh", ".github/workflows/deploy.yml", ".gitlab-ci.yml", "deploy-docker.sh", "deploy-docker-token.sh", "entrypoint.sh",
                "deploy-kubernetes.sh", "deploy-lambda.sh", "change-secrets.sh", "roll-back.sh",
            ],
            ignoreOrder: true);

    [Theory]
    [InlineData("bash")]
    [InlineData("dash")]
    public async Task A_shell_script_gives_what_it_deploys_the_variables_and_nothing_else_gets_them(string shell)
    {
        var (account, machine) = await NewAsync(Pem);
        using var _ = machine;

        var run = await machine.RunAsync(shell, "./deploy.sh");

        run.ExitCode.ShouldBe(0, run.Errors);
        var environment = await machine.DeployedEnvironmentAsync();
        ShouldHave(environment, Pem);
        environment.ShouldNotContainKey("SECRETS_API_KEY");
        await ShouldEndAsync(account, machine, "deployed", "connecting with ***\n");
        run.Output.ShouldBe("Deployment 1 has 3 variables.\nconnecting with ***\n");
    }

    [Theory]
    [InlineData("deploy.sh", "install.sh", "connecting with ***\nno connection\n")]
    [InlineData("deploy-docker.sh", "docker", "docker: no such image\n")]
    [InlineData("deploy-docker-token.sh", "docker", "docker: no such image\n")]
    [InlineData("deploy-docker-token.sh", "install.sh", "connecting with ***\nno connection\n")]
    [InlineData("deploy-kubernetes.sh", "kubectl", "error: connection refused\n")]
    [InlineData("deploy-lambda.sh", "aws", "An error occurred (ResourceNotFoundException)\n")]
    public async Task Whatever_fails_is_reported_as_failed_with_its_output(string script, string program, string output)
    {
        var (account, machine) = await NewAsync();
        using var _ = machine;
        await machine.HasAsync($"recorded/{program}-fails");

        var run = await machine.RunAsync("sh", $"./{script}");

        run.ExitCode.ShouldNotBe(0);
        await ShouldEndAsync(account, machine, "failed", output);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("dash")]
    public async Task A_pipeline_that_is_stopped_reports_that_it_failed(string shell)
    {
        var (account, machine) = await NewAsync();
        using var _ = machine;
        File.Delete(machine.PathOf("install.sh"));
        await machine.WriteAsync("install.sh", StopsWhatRunsIt);

        var run = await machine.RunAsync(shell, "./deploy.sh");

        run.ExitCode.ShouldBe(1);
        await ShouldEndAsync(account, machine, "failed", "");
    }

    [Fact]
    public async Task What_stands_against_a_deployment_is_printed_and_nothing_is_done()
    {
        var (account, machine) = await NewAsync();
        using var _ = machine;
        (await account.Client.PutAsync("/sites/shop/required-secrets", """[{"key": "FIRST_MISSING"}, {"key": "SECOND_MISSING"}]""")).ShouldBe(200);

        var run = await machine.RunAsync("sh", "./deploy.sh");

        run.ExitCode.ShouldNotBe(0);
        run.Errors.ShouldContain("FIRST_MISSING is missing. Looked at");
        run.Errors.ShouldContain("SECOND_MISSING is missing. Looked at");
        (await DeploymentsAsync(account)).GetArrayLength().ShouldBe(0);
        File.Exists(machine.PathOf("recorded/environment")).ShouldBeFalse();
        machine.LeftBehind.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("deployed", "")]
    [InlineData("failed", "")]
    public async Task A_GitHub_job_masks_the_values_before_it_gives_them_to_its_steps(string status, string stdout)
    {
        var (account, machine) = await NewAsync(Pem);
        using var _ = machine;
        machine.With("GITHUB_ENV", machine.PathOf("env")).With("GITHUB_OUTPUT", machine.PathOf("output")).With("GITHUB_SHA", "c0ffee");
        var steps = await machine.ScriptsOfAsync(".github/workflows/deploy.yml");

        var taken = await machine.RunAsync("bash", "-e", "-c", steps["Take the variables"]);

        taken.ExitCode.ShouldBe(0, taken.Errors);
        var runner = new GitHubRunnerFile(isWindows: false);
        ShouldHave(runner.Read(await machine.ReadAsync("env")), Pem);
        var masks = taken.Output.Split('\n').Select(GitHubWorkflowCommand.MaskOf).OfType<string>().ToList();
        masks.ShouldBe([Password, .. Pem.Split('\n', StringSplitOptions.RemoveEmptyEntries)], ignoreOrder: true);
        taken.Output.ShouldNotContain("db.example.com");

        steps["Deploy"].ShouldBe("./install.sh");
        machine.With("DEPLOYMENT", runner.Read(await machine.ReadAsync("output"))["deployment"]).With("STATUS", status);
        (await machine.RunAsync("bash", "-e", "-c", steps["Report"])).ExitCode.ShouldBe(0);
        (await ShouldEndAsync(account, machine, status, stdout)).Text("description").ShouldBe("Commit c0ffee");
    }

    [Fact]
    public async Task A_GitHub_job_that_cannot_mask_a_value_takes_none_and_reports_that_it_failed()
    {
        var (account, machine) = await NewAsync("1");
        using var _ = machine;
        machine.With("GITHUB_ENV", machine.PathOf("env")).With("GITHUB_OUTPUT", machine.PathOf("output")).With("GITHUB_SHA", "c0ffee");
        var steps = await machine.ScriptsOfAsync(".github/workflows/deploy.yml");

        var taken = await machine.RunAsync("bash", "-e", "-c", steps["Take the variables"]);

        taken.ExitCode.ShouldNotBe(0);
        taken.Output.ShouldNotContain("horse");
        File.Exists(machine.PathOf("env")).ShouldBeFalse();
        await ShouldEndAsync(account, machine, "failed", "");
    }

    [Theory]
    [InlineData("bash", "-eo", "pipefail", "-c")]
    [InlineData("dash", "-e", "-c")]
    public async Task A_GitLab_job_deploys_with_the_variables(string shell, params string[] options)
    {
        var (account, machine) = await NewAsync(Pem);
        using var _ = machine;
        await machine.HasAsync("bin/apk");
        machine.With("CI_COMMIT_SHORT_SHA", "c0ffee").With("CI_JOB_URL", "https://gitlab.example.com/-/jobs/7");
        var job = (await machine.ScriptsOfAsync(".gitlab-ci.yml"))["deploy"];

        var run = await machine.RunAsync(shell, [.. options, job]);

        run.ExitCode.ShouldBe(0, run.Errors);
        ShouldHave(await machine.DeployedEnvironmentAsync(), Pem);
        (await ShouldEndAsync(account, machine, "deployed", "connecting with ***\n")).Text("description")
            .ShouldBe("Commit c0ffee, https://gitlab.example.com/-/jobs/7");
    }

    [Fact]
    public async Task Docker_gets_a_file_that_only_its_owner_reads()
    {
        var (account, machine) = await NewAsync();
        using var _ = machine;

        var run = await machine.RunAsync("sh", "./deploy-docker.sh");

        run.ExitCode.ShouldBe(0, run.Errors);
        ShouldHave(DockerKeyValueFile.Parse(await machine.ReadAsync("recorded/docker.env")));
        (await File.ReadAllTextAsync(machine.PathOf("recorded/mode"))).ShouldBe("700\n");
        (await ShouldEndAsync(account, machine, "deployed", "")).Text("target").ShouldBe("docker");
    }

    [Fact]
    public async Task A_container_fetches_with_a_token_that_is_dead_when_it_has_started()
    {
        var (account, machine) = await NewAsync(Pem);
        using var _ = machine;
        await account.HasSecretAsync("variables", "a name that the entry point uses itself");

        var run = await machine.RunAsync("sh", "./deploy-docker-token.sh");

        run.ExitCode.ShouldBe(0, run.Errors);
        var environment = await machine.DeployedEnvironmentAsync();
        ShouldHave(environment, Pem);
        environment["variables"].ShouldBe("a name that the entry point uses itself");
        environment.Keys.ShouldNotContain("SECRETS_DEPLOYMENT_TOKEN");
        (await server.QuerySqlAsync<int>("SELECT uses_left FROM deployment_tokens WHERE account_id = $1", account.Id)).ShouldBe(0);
        machine.CommandLines.ShouldContain("--env SECRETS_DEPLOYMENT_TOKEN ");
        await ShouldEndAsync(account, machine, "deployed", "connecting with ***\n");
    }

    [Fact]
    public async Task Kubernetes_gets_a_Secret_and_is_told_to_start_its_pods_anew()
    {
        var (account, machine) = await NewAsync(Pem);
        using var _ = machine;

        var run = await machine.RunAsync("sh", "./deploy-kubernetes.sh");

        run.ExitCode.ShouldBe(0, run.Errors);
        var manifest = (await Consumers.Called("kubernetes").ReadAsync([await machine.ReadAsync("recorded/manifest.yaml")])).Single();
        ShouldHave(manifest.Variables.ShouldNotBeNull(manifest.Error), Pem);
        machine.CommandLines.ShouldContain("kubectl rollout restart deployment/shop");
        await ShouldEndAsync(account, machine, "deployed", "");
    }

    [Fact]
    public async Task Lambda_gets_a_file_of_variables_and_its_answer_is_not_printed()
    {
        var (account, machine) = await NewAsync(Pem);
        using var _ = machine;

        var run = await machine.RunAsync("sh", "./deploy-lambda.sh");

        run.ExitCode.ShouldBe(0, run.Errors);
        using var file = JsonDocument.Parse(await machine.ReadAsync("recorded/lambda.json"));
        ShouldHave(file.RootElement.GetProperty("Variables").Deserialize<Dictionary<string, string>>()!, Pem);
        (await File.ReadAllTextAsync(machine.PathOf("recorded/mode"))).ShouldBe("700\n");
        machine.CommandLines.ShouldContain("--query LastUpdateStatus --output text");
        (await ShouldEndAsync(account, machine, "deployed", "")).Text("target").ShouldBe("lambda");
    }

    [Fact]
    public async Task Many_secrets_are_changed_and_deployed_at_once()
    {
        var (account, machine) = await NewAsync();
        using var _ = machine;
        await account.HasDeployedAsync();
        await machine.WriteAsync("new.env", "FIRST='one of many'\nSECOND='two of many'\nPLAIN_HOST=db2.example.com\n");

        var change = await machine.RunAsync("sh", "./change-secrets.sh");
        var run = await machine.RunAsync("sh", "./deploy.sh");

        change.ExitCode.ShouldBe(0, change.Errors);
        change.Output.ShouldBe(
            "Secrets have changed. Changes will take effect in the next successful deployment.\n+ FIRST\n+ SECOND\n~ PLAIN_HOST\nNothing stands against a deployment\n");
        run.ExitCode.ShouldBe(0, run.Errors);
        (await DeploymentsAsync(account)).GetArrayLength().ShouldBe(2);
        (await machine.DeployedEnvironmentAsync())["SECOND"].ShouldBe("two of many");
        machine.CommandLines.ShouldNotContain("of many");
        (await account.PendingAsync()).ShouldBe("");
    }

    [Fact]
    public async Task A_change_that_could_not_be_deployed_stops_before_it_is()
    {
        var (account, machine) = await NewAsync();
        using var _ = machine;
        (await account.Client.PutAsync("/sites/shop/required-secrets", """[{"key": "MISSING"}]""")).ShouldBe(200);
        await machine.WriteAsync("new.env", "FIRST=1\n");

        var run = await machine.RunAsync("sh", "./change-secrets.sh");

        run.ExitCode.ShouldNotBe(0);
        run.Output.ShouldContain("A deployment would be refused\nMISSING is missing.");
    }

    [Fact]
    public async Task Going_back_brings_the_earlier_map_back()
    {
        var (account, machine) = await NewAsync();
        using var _ = machine;
        await account.HasDeployedAsync();
        await account.HasSecretAsync("shop", "production", "PASSWORD", "it does not work");
        await account.HasDeployedAsync();

        var run = await machine.RunAsync("sh", "./roll-back.sh");

        run.ExitCode.ShouldBe(0, run.Errors);
        ShouldHave(await machine.DeployedEnvironmentAsync());
        (await account.PendingAsync()).ShouldBe("~PASSWORD");
    }

    [Fact]
    public async Task Every_line_of_the_page_of_formats_works_as_printed()
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        await account.HasSecretAsync("DATABASE_URL", "postgres://shop:horse@db.example.com/shop");
        await account.HasSecretAsync("SMTP_HOST", "mail.example.com");
        var map = await account.InjectAsync("shop", "production");
        using var machine = await PipelineMachine.NewAsync(server, account);
        machine.With("GITHUB_ENV", machine.PathOf("env"));
        var lines = await DocumentedFiles.LinesOfFormatsAsync();
        lines.Count.ShouldBeGreaterThan(VariableFormats.All.Count);

        var run = await machine.RunAsync("sh", "-euc", string.Join('\n', lines).Replace("/etc/shop/", "", StringComparison.Ordinal));

        run.ExitCode.ShouldBe(0, run.Errors);
        new GitHubRunnerFile(isWindows: false).Read(await machine.ReadAsync("env")).ShouldBe(map);
        DockerKeyValueFile.Parse(await machine.ReadAsync("shop.env")).ShouldBe(map);
        (await Consumers.Called("kubernetes").ReadAsync([await machine.ReadAsync("recorded/manifest.yaml")])).Single().Variables.ShouldBe(map);
        Directory.EnumerateFiles(machine.PathOf(".")).Count().ShouldBeGreaterThan(VariableFormats.All.Count);
        machine.CommandLines.ShouldNotContain("sks_");
        machine.CommandLines.ShouldNotContain("horse");
    }

    private async Task<(Account Account, PipelineMachine Machine)> NewAsync(string? third = null)
    {
        var account = await (await server.NewAccountAsync()).HasSiteAsync("shop", "production");
        await account.HasSecretAsync("PASSWORD", Password);
        (await account.Client.PostAsync("/sites/shop/secrets", new { key = "PLAIN_HOST", value = "db.example.com", is_secret = false })).ShouldBe(201);
        if (third is not null)
        {
            await account.HasSecretAsync("THIRD", third);
        }

        return (account, await PipelineMachine.NewAsync(server, account));
    }

    private static void ShouldHave(IReadOnlyDictionary<string, string> variables, string? third = null)
    {
        Names.Select(name => variables[name]).ShouldBe([Password, "db.example.com"]);
        variables.GetValueOrDefault("THIRD").ShouldBe(third);
    }

    // How the last deployment ended, and that nothing of it was to be seen or is still there.
    private static async Task<JsonElement> ShouldEndAsync(Account account, PipelineMachine machine, string status, string stdout)
    {
        var deployment = (await DeploymentsAsync(account))[0];
        deployment.Text("status").ShouldBe(status);
        deployment.Text("stdout").ShouldBe(stdout);
        machine.CommandLines.ShouldNotContain("sks_");
        machine.CommandLines.ShouldNotContain("horse");
        machine.CommandLines.ShouldNotContain("BEGIN KEY");
        machine.CommandLines.ShouldContain("curl");
        machine.LeftBehind.ShouldBeEmpty();
        return deployment;
    }

    private static async Task<JsonElement> DeploymentsAsync(Account account) =>
        (await account.Client.GetAsync($"{DeploymentSteps.Production}/deployments")).ShouldBe(200).Data;
}
