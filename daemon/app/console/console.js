'use strict';
const stats = document.getElementById('stats');
const show = async () => {
    const answer = await fetch('api/stats');
    stats.textContent = JSON.stringify(await answer.json(), null, 1);
};
show();
