using SecretsService.Access;
using SecretsService.ApiKeys;
using SecretsService.Audit;
using SecretsService.Deployments;
using SecretsService.Events;
using SecretsService.Http;
using SecretsService.Idempotency;
using SecretsService.Import;
using SecretsService.Limits;
using SecretsService.Requirements;
using SecretsService.Resolution;
using SecretsService.Retention;
using SecretsService.Secrets;
using SecretsService.SecretTypes;
using SecretsService.Sites;
using SecretsService.Startup;
using SecretsService.WarmReads;

if (VerifyExportCommand.IsIn(args))
{
    return await VerifyExportCommand.RunAsync(args, Console.Out, Console.Error);
}

// Its own folder, not the one it is started from, has appsettings.json.
var builder = WebApplication.CreateBuilder(new WebApplicationOptions
{
    Args = ServiceRun.SettingsIn(args),
    ContentRootPath = AppContext.BaseDirectory,
});
builder.AddStartup();
builder.Services.AddHttp();
builder.Services.AddLimits();
builder.Services.AddAccess();
builder.Services.AddAudit();
builder.Services.AddKeys();
builder.Services.AddSites();
builder.Services.AddApiKeys();
builder.Services.AddSecretTypes();
builder.Services.AddRequirements();
builder.Services.AddSecrets();
builder.Services.AddImport();
builder.Services.AddWarmReads();
builder.Services.AddResolution();
builder.Services.AddDeployments();
builder.Services.AddEvents();
builder.Services.AddIdempotency();
builder.Services.AddRetention();

return await builder.BuildAndRunAsync(args, SetUp);

// Called once the settings are known to be sound, which some of these read.
static void SetUp(WebApplication app)
{
    // The order matters: an address is counted before anything is done for it, a key once it is known, before what it may do is looked at. What is given from
    // memory needs nothing of what stands behind it, and is not slowed by it.
    app.UseHttp();
    app.UseMiddleware<AddressLimit>();
    app.UseWarmReads();
    app.UseAnswers();
    app.UseRouting();
    app.UseRequestTimeouts();
    app.UseOpenApiDocument();
    app.UseAuthentication();
    app.UseMiddleware<KeyLimit>();
    app.UseAuthorization();

    app.MapHealth();
    app.MapApi("/api/v1").DeclaresAbilities().MapAccess();

    var api = app.MapApi(HttpExtensions.ApiPath).DeclaresAbilities().KeepsAnswers();
    api.MapSites();
    api.MapApiKeys();
    api.MapSecretTypes();
    api.MapRequirements();
    api.MapSecrets();
    api.MapImport();
    api.MapInjection();
    api.MapDeployments();
    api.MapEvents();
}
