using System.Text;
using SecretsService.Formats;
using Shouldly;
using Xunit;

namespace SecretsService.Tests.Formats;

/// <summary>What a consumer would misread is refused, with the variable's name, the reason and what to do, and without any part of a value.</summary>
public sealed class RefusingWhatAConsumerCannotCarryTests
{
    [Theory]
    [InlineData("compose")]
    [InlineData("docker", "all three quotes, `#` and a newline", "a newline", "newlines at both ends", "CRLF", "a line that sets another variable", "JSON on several lines", "a PEM key")]
    [InlineData("github")]
    [InlineData("kubernetes")]
    [InlineData("lambda", "60 KB")]
    [InlineData("php")]
    [InlineData("terraform", "accents, other scripts, emoji")]
    [InlineData("yaml")]
    public void A_format_refuses_these_hard_values_and_no_others(string format, params string[] refused) =>
        Carrying.RefusedBy(VariableFormats.Find(format)!).ShouldBe(refused);

    [Theory]
    [InlineData("compose", "")]
    [InlineData("docker", "")]
    [InlineData("github", "")]
    [InlineData("kubernetes", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: \"shop-production\"\ntype: Opaque\ndata: {}\n")]
    [InlineData("lambda", "{\"Variables\":{}}\n")]
    [InlineData("php", "<?php\n\nreturn [\n];\n")]
    [InlineData("terraform", "")]
    [InlineData("yaml", "{}\n")]
    public async Task No_variables_are_read_as_none(string format, string file)
    {
        Encoding.UTF8.GetString(VariableFormats.Find(format)!.Written([])).ShouldBe(file);

        foreach (var consumer in Consumers.All.Where(c => c.Format == format))
        {
            (await consumer.ReadAsync([Encoding.UTF8.GetBytes(file)]))[0].Variables.ShouldBeEmpty();
        }
    }

    [Fact]
    public void The_formats_are_listed_by_name() =>
        VariableFormats.All.Select(f => f.Name).ShouldBe(VariableFormats.All.Select(f => f.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Docker_reads_a_line_of_65535_bytes()
    {
        var variable = Carrying.Variable("A", new string('x', 65_533));

        new DockerFormat().Check([variable]).ShouldBeEmpty();

        DockerKeyValueFile.Parse(new DockerFormat().Written([Carrying.Variable("FIRST", "1"), variable, Carrying.Variable("LAST", "2")])).Count.ShouldBe(3);
    }

    [Fact]
    public void Docker_does_not_read_a_line_of_65536_bytes()
    {
        var variable = Carrying.Variable("A", new string('x', 65_534));

        Should.Throw<FormatException>(() => DockerKeyValueFile.Parse(new DockerFormat().Written([variable])));

        Reason(new DockerFormat(), variable).ShouldBe(
            "The line would have 65,536 bytes, and Docker reads 65,535 bytes at most: name, equals sign and value. Hand the value over as a file.");
    }

    [Fact]
    public void A_line_for_Docker_is_measured_in_bytes() => Reason(new DockerFormat(), Carrying.Variable("A", new string('é', 32_767))).ShouldContain("65,536 bytes");

    [Fact]
    public void Docker_would_drop_a_carriage_return_from_the_end_of_a_line()
    {
        DockerKeyValueFile.Parse(new DockerFormat().Written([Carrying.Variable("A", "a\rb\r")]))["A"].ShouldBe("a\rb");

        Reason(new DockerFormat(), Carrying.Variable("A", "a\rb\r")).ShouldContain("carriage return");
    }

    [Fact]
    public void Docker_has_no_line_breaks() => Reason(new DockerFormat(), Carrying.Variable("A", "a\nb")).ShouldContain("line break");

    [Theory]
    [InlineData(253, 0)]
    [InlineData(254, 1)]
    public void A_key_of_a_Kubernetes_Secret_has_253_characters(int length, int faults) =>
        new KubernetesFormat().Check([Carrying.Variable(new string('A', length), "1")]).Count.ShouldBe(faults);

    [Theory]
    [InlineData("_A")]
    [InlineData("A")]
    [InlineData("TZ")]
    [InlineData("AWS_REGION")]
    public void AWS_Lambda_does_not_take_every_name(string name) => new LambdaFormat().FaultOfName(name).ShouldNotBeNull();

    [Theory]
    [InlineData("Ab")]
    [InlineData("A_")]
    [InlineData("tz")]
    [InlineData("AWS_LAMBDA_EXEC_WRAPPER")]
    public void AWS_Lambda_takes_other_names(string name) => new LambdaFormat().FaultOfName(name).ShouldBeNull();

    [Theory]
    [InlineData("source")]
    [InlineData("version")]
    [InlineData("providers")]
    [InlineData("count")]
    [InlineData("for_each")]
    [InlineData("lifecycle")]
    [InlineData("depends_on")]
    [InlineData("locals")]
    [InlineData("provider")]
    [InlineData("_")]
    public void Terraform_keeps_the_words_of_its_module_blocks(string name)
    {
        new TerraformFormat().Check([Carrying.Variable(name, "1")]).ShouldHaveSingleItem().Name.ShouldBe(name);
        new TerraformFormat().FaultOfName(name.ToUpperInvariant() + "_").ShouldBeNull();
    }

    [Theory]
    [InlineData("e\u0301")]
    [InlineData("\u212b")]
    [InlineData("\u1100\u1161")]
    [InlineData("q\u0307\u0323")]
    [InlineData("\u0301")]
    [InlineData("plain, then \u2126")]
    public void Terraform_would_normalise_the_value(string value) => Reason(new TerraformFormat(), Carrying.Variable("A", value)).ShouldContain("normal form C");

    [Theory]
    [InlineData("é")]
    [InlineData("가나다")]
    [InlineData("x\u0320y\u0320")]
    [InlineData("漢字😀")]
    public void Terraform_leaves_the_value_as_it_is(string value) => new TerraformFormat().Check([Carrying.Variable("A", value)]).ShouldBeEmpty();

    [Fact]
    public void The_name_and_the_value_are_refused_each_for_its_own_reason() =>
        new GitHubFormat().Check([Carrying.Variable("NODE_OPTIONS", "a\r")]).Select(f => f.Name).ShouldBe(["NODE_OPTIONS", "NODE_OPTIONS"]);

    [Fact]
    public void No_refusal_has_a_part_of_a_value()
    {
        foreach (var format in VariableFormats.All.Append(GitHubFormat.Masks))
        {
            foreach (var value in new[] { "c4n4ry-value\n\r", "c4n4ry-value e\u0301", new string('x', 5) + "c4n4ry-value" + new string('\n', 70_000) })
            {
                var faults = format.Check([.. Enumerable.Range(0, 20).Select(i => Carrying.Variable($"source{i}", value))]);

                string.Concat(faults.Select(f => f.Reason)).ShouldNotContain("c4n4ry");
            }
        }
    }

    private static string Reason(VariableFormat format, Variable variable)
    {
        var fault = format.Check([variable]).ShouldHaveSingleItem();
        fault.Name.ShouldBe(variable.Name);
        return fault.Reason;
    }
}
