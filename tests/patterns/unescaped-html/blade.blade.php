{{-- finds below --}}
<p>{!! $text !!}</p>
<p>{{ $text }}</p>
