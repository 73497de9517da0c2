using SecretsService.Access;
using SecretsService.Audit;
using SecretsService.Deployments;
using SecretsService.Http;
using SecretsService.Idempotency;
using SecretsService.Import;
using SecretsService.Requirements;
using SecretsService.Resolution;
using SecretsService.Retention;
using SecretsService.Secrets;
using SecretsService.SecretTypes;
using SecretsService.Sites;
using SecretsService.Startup;
using SecretsService.WarmReads;

// Its own folder, not the one it is started from, has appsettings.json.
var builder = WebApplication.CreateBuilder(new WebApplicationOptions
{
    Args = [.. args.Where(a => a != ServiceRun.MigrateOnly)],
    ContentRootPath = AppContext.BaseDirectory,
});
builder.AddStartup();
builder.Services.AddHttp();
builder.Services.AddAccess();
builder.Services.AddAudit();
builder.Services.AddKeys();
builder.Services.AddSites();
builder.Services.AddSecretTypes();
builder.Services.AddRequirements();
builder.Services.AddSecrets();
builder.Services.AddImport();
builder.Services.AddWarmReads();
builder.Services.AddResolution();
builder.Services.AddDeployments();
builder.Services.AddIdempotency();
builder.Services.AddRetention();

await using var app = builder.Build();
app.UseHttp();
app.UseWarmReads();
app.UseRoutes();
app.MapHealth();
app.MapApi("/api/v1").DeclaresAbilities().MapAccess();

var api = app.MapApi(HttpExtensions.ApiPath).DeclaresAbilities().KeepsAnswers();
api.MapSites();
api.MapSecretTypes();
api.MapRequirements();
api.MapSecrets();
api.MapImport();
api.MapInjection();
api.MapDeployments();

return await app.PrepareAndRunAsync(args.Contains(ServiceRun.MigrateOnly, StringComparer.Ordinal));
