namespace SecretsService.Tests.Formats;

internal sealed class DotEnvConsumer : NodeConsumer
{
    public override string Name => "motdotla/dotenv";

    public override string What => "`parse` of the npm package dotenv 17.4.2, which its `config` reads with";

    public override string Format => "dotenv";

    protected override string Reader => "dotenv";
}
