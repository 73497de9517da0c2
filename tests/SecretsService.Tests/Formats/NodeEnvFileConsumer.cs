namespace SecretsService.Tests.Formats;

internal sealed class NodeEnvFileConsumer : NodeConsumer
{
    public override string Name => "node";

    public override string What => "`util.parseEnv` of node, the parser of `--env-file`; a test starts `node --env-file`, too";

    public override string Format => "node";

    protected override string Reader => "node";
}
