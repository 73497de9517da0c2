using SecretsService.Formats;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Formats;

/// <summary>A target says everything that its platform would refuse, before a deployment finds out.</summary>
public sealed class TargetProfilesTests
{
    // Those that the API description of the seed's platform reserves (docs/targets.md names them).
    private const string ReservedByWordPress =
        "AUTH_KEY SECURE_AUTH_KEY LOGGED_IN_KEY NONCE_KEY AUTH_SALT SECURE_AUTH_SALT LOGGED_IN_SALT NONCE_SALT AUTOMATIC_UPDATER_DISABLED DISABLE_WP_CRON "
        + "DISALLOW_FILE_EDIT DISALLOW_FILE_MODS DOMAIN_CURRENT_SITE WP_HOME WP_SITEURL YMIR_ASSETS_PATH YMIR_ASSETS_URL YMIR_CACHE_PREFIX YMIR_CACHE_TABLE "
        + "YMIR_CDN_IMAGE_PROCESSING_ENABLED YMIR_DISTRIBUTION_ID YMIR_DOMAIN_NAMES YMIR_ENVIRONMENT YMIR_MAX_EXECUTION_TIME YMIR_PRIMARY_DOMAIN_NAME "
        + "YMIR_PROJECT_TYPE YMIR_PUBLIC_STORE YMIR_REDIS_ENDPOINT YMIR_SECRETS_PATH YMIR_UPLOAD_URL _HANDLER AWS_ACCESS_KEY_ID AWS_EXECUTION_ENV "
        + "AWS_LAMBDA_FUNCTION_MEMORY_SIZE AWS_LAMBDA_FUNCTION_NAME AWS_LAMBDA_FUNCTION_VERSION AWS_LAMBDA_LOG_GROUP_NAME AWS_LAMBDA_LOG_STREAM_NAME "
        + "AWS_LAMBDA_RUNTIME_API AWS_REGION AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN LAMBDA_RUNTIME_DIR LAMBDA_TASK_ROOT TZ";

    public static TheoryData<string> NamesReservedByWordPress() => [.. ReservedByWordPress.Split(' ')];

    [Fact]
    public void The_targets_are_listed_by_name() =>
        TargetProfiles.All.Select(p => p.Name)
            .ShouldBe(["compose", "docker", "github", "kubernetes", "lambda", "lambda-wordpress", "systemd"]);

    [Fact]
    public void There_are_45_names_that_WordPress_reserves() => TargetProfiles.LambdaWordPress.PlatformNames.Count.ShouldBe(45);

    [Theory]
    [MemberData(nameof(NamesReservedByWordPress))]
    public void A_name_that_WordPress_reserves_is_refused_in_any_letter_case(string name)
    {
        foreach (var cased in new[] { name, name.ToLowerInvariant(), char.ToLowerInvariant(name[0]) + name[1..] })
        {
            TargetProfiles.LambdaWordPress.FaultOfName(cased).ShouldBe("The platform of the target lambda-wordpress sets this variable itself. Choose another name.");
            Profile("lambda-wordpress").Check([Carrying.Variable(cased, "1")]).First().Name.ShouldBe(cased);
        }
    }

    [Fact]
    public void A_name_that_both_the_platform_and_its_format_refuse_is_one_fault() =>
        Profile("lambda-wordpress").Check([Carrying.Variable("TZ", "UTC")]).ShouldHaveSingleItem();

    [Fact]
    public void WordPress_refuses_what_AWS_Lambda_refuses() => Profile("lambda-wordpress").FaultOfName("_X_AMZN_TRACE_ID").ShouldBe(Profile("lambda").FaultOfName("_X_AMZN_TRACE_ID"));

    [Fact]
    public void AWS_Lambda_alone_has_nothing_against_the_names_of_WordPress() => Profile("lambda").FaultOfName("WP_HOME").ShouldBeNull();

    // {"AB":"...","CD":"..."}: 17 bytes beside the values.
    [Theory]
    [InlineData("lambda", 4_079, 0)]
    [InlineData("lambda", 4_080, 1)]
    [InlineData("lambda-wordpress", 4_079, 0)]
    [InlineData("lambda-wordpress", 4_080, 1)]
    public void AWS_Lambda_takes_4096_bytes_of_JSON_for_all_together(string target, int valueBytes, int faults)
    {
        var variables = new[] { Carrying.Variable("AB", new string('x', valueBytes - 100)), Carrying.Variable("CD", new string('y', 100)) };

        Profile(target).Check(variables).Count.ShouldBe(faults);
    }

    [Fact]
    public void What_is_too_much_together_is_said_with_its_size_the_limit_and_the_largest_ones() =>
        Profile("lambda").Check(
            [Carrying.Variable("AB", new string('x', 900)), Carrying.Variable("CD", new string('x', 2_000)), Carrying.Variable("EF", "1"), Carrying.Variable("GH", new string('x', 1_500))])
            .ShouldHaveSingleItem().ShouldBe(new FormatFault(
                null,
                "Names and values measure 4,434 bytes as JSON, and AWS Lambda takes 4,096 bytes for all together. The largest: CD (2,000 bytes), GH (1,500 bytes), AB (900 bytes). "
                + "Let the function fetch some when it starts."));

    [Theory]
    [InlineData("\"", 2_043)]
    [InlineData("\n", 2_043)]
    [InlineData("\u0001", 681)]
    [InlineData("é", 2_043)]
    public void AWS_Lambda_measures_what_JSON_escapes(string character, int most)
    {
        Profile("lambda").Check([Carrying.Variable("A1", string.Concat(Enumerable.Repeat(character, most)))]).ShouldBeEmpty();
        Profile("lambda").Check([Carrying.Variable("A1", string.Concat(Enumerable.Repeat(character, most + 1)))]).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("lambda", "AB", 4_087)]
    [InlineData("docker", "AB", 65_532)]
    [InlineData("github", "AB", 49_152)]
    [InlineData("kubernetes", "AB", 1_048_576)]
    public void A_value_that_can_never_fit_is_known_by_its_size(string target, string name, int most)
    {
        Profile(target).FaultOfSize(name, most).ShouldBeNull();
        Profile(target).FaultOfSize(name, most + 1).ShouldNotBeNull();
        Profile(target).Check([Carrying.Variable(name, new string('x', most))]).ShouldBeEmpty();
        Profile(target).Check([Carrying.Variable(name, new string('x', most + 1))]).ShouldNotBeEmpty();
    }

    [Fact]
    public void A_value_for_GitHub_that_is_too_large_is_said_with_its_size_and_the_limit() =>
        Profile("github").FaultOfSize("A", 49_153).ShouldBe("The value has 49,153 bytes, and the target github takes 49,152 bytes at most.");

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    public void A_Kubernetes_Secret_has_a_mebibyte_in_all(int more, int faults)
    {
        var variables = Enumerable.Range(0, 16).Select(i => Carrying.Variable($"V{i}", new string('x', 65_536 + (i == 0 ? more : 0)))).ToList();

        var found = Profile("kubernetes").Check(variables);

        found.Count.ShouldBe(faults);
        found.ShouldAllBe(f => f.Reason.StartsWith("All values together have 1,048,577 bytes, and a Secret has 1,048,576 bytes at most. The largest: V0 (65,537 bytes)"));
    }

    [Fact]
    public void Everything_is_said_at_once() =>
        Profile("github").Check([Carrying.Variable("GITHUB_A", new string('x', 50_000) + "\r"), Carrying.Variable("B", "ends so\r"), Carrying.Variable("C", "fine")])
            .Select(f => f.Name).ShouldBe(["GITHUB_A", "GITHUB_A", "GITHUB_A", "B"]);

    [Theory]
    [InlineData("docker", false)]
    [InlineData("compose", true)]
    [InlineData("lambda", true)]
    public void A_target_carries_line_breaks_or_not(string target, bool carries)
    {
        Profile(target).CarriesLineBreaks.ShouldBe(carries);
        Profile(target).Check([Carrying.Variable("AB", "a\nb")]).Count.ShouldBe(carries ? 0 : 1);
    }

    [Fact]
    public void A_target_that_there_is_not_is_not_found() => TargetProfiles.Find("heroku").ShouldBeNull();

    [Fact]
    public void A_target_speaks_of_the_variables_that_it_was_given_only()
    {
        foreach (var (profile, value) in TargetProfiles.All.SelectMany(p => HardValues.All.Select(v => (p, v.Value))))
        {
            profile.Check([Carrying.Variable("SUBJECT", value)]).ShouldAllBe(f => f.Name == null || f.Name == "SUBJECT");
        }
    }

    private static TargetProfile Profile(string name) => TargetProfiles.Find(name).ShouldNotBeNull();
}
