//! What the last day has used and cost, model by model, and what is left now.

use headway_client::v1::{GetUsageRequest, Timeframe};
use headway_client::{Headway, Options};

#[tokio::main]
async fn main() -> Result<(), headway_client::Error> {
    let headway = Headway::new(Options::default())?;
    let request = GetUsageRequest {
        timeframe: Timeframe::Day.into(),
        group_by: vec!["model".into()],
        ..Default::default()
    };
    let usage = headway.usage(request).await?;
    for group in usage.groups {
        let totals = group.totals.unwrap_or_default();
        let tokens = totals.usage.unwrap_or_default().total_tokens();
        let dollars = totals.cost.unwrap_or_default().total_nano_usd as f64 / 1e9;
        println!("{}: {} requests, {tokens} tokens, ${dollars}", group.key["model"], totals.requests);
    }
    for pool in usage.pools {
        for limit in pool.limits.iter().filter(|limit| limit.used + limit.reserved > 0) {
            let seconds = limit.window.unwrap_or_default().seconds;
            let (left, cap, waiting) = (limit.remaining, limit.cap, pool.queue_length);
            println!("{}: {left} of {cap} left in {seconds} s, {waiting} waiting", pool.name);
        }
    }
    Ok(())
}
